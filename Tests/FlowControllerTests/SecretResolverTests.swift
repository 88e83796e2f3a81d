import FlowModel
import FlowPlanner
import Foundation
import Testing

@testable import FlowController

@Suite("Reading secrets")
struct SecretResolverTests {
    private func read(_ source: SecretSource, use: (Secret) -> InputSource) -> Result<String?, SecretReadFailure> {
        var resolver = SecretResolver(reader: SystemSecretReader())
        let spec = FlowSpec(
            name: "flow",
            maxBandwidth: BitRate(bitsPerSecond: 1),
            inputs: [InputSpec(name: "in", source: use(Secret(source)))]
        )
        let (resolved, failures) = resolver.resolve(spec)
        if let failure = failures[.input("in")] { return .failure(SecretReadFailure(message: failure.message)) }
        var value: String?
        _ = resolved.mapSecrets { secret, _ in
            value = secret.value
            return secret
        }
        return .success(value)
    }

    private func key(_ secret: Secret) -> InputSource { .rtmp(RTMPInput(streamKey: secret)) }

    @Test(
        "One trailing newline is stripped, and nothing else",
        arguments: [
            ("key\n", "key"), ("key\r\n", "key"), ("key", "key"), ("key\n\n", "key\n"), (" key ", " key "),
        ]
    )
    func newline(content: String, value: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(content, to: "key")
        #expect(read(.file(folder("key")), use: key) == .success(value))
    }

    @Test(
        "What cannot be a secret is refused",
        arguments: [
            ("", "empty"), ("\n", "empty"), ("a\0b", "not text"), (String(repeating: "x", count: 4_097), "too large"),
        ]
    )
    func refused(content: String, reason: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(content, to: "key")
        guard case .failure(let failure) = read(.file(folder("key")), use: key) else {
            Issue.record("taken")
            return
        }
        #expect(failure.message.contains(reason) && failure.message.contains(folder("key")))
    }

    @Test("The largest secret is taken")
    func largest() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "x", count: SecretResolver.maximumBytes)
        try folder.write(text, to: "key")
        #expect(read(.file(folder("key")), use: key) == .success(text))
    }

    @Test("A pipe, a folder and nothing at all do not hang", .timeLimit(.minutes(5)))
    func odd() throws {
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder("pipe"), 0o600) == 0)
        try folder.makeFolder("folder")
        for name in ["pipe", "folder", "nothing"] {
            guard case .failure = read(.file(folder(name)), use: key) else {
                Issue.record("taken: \(name)")
                return
            }
        }
    }

    @Test("The environment")
    func environment() {
        #expect(read(.environment("PATH"), use: key) == .success(ProcessInfo.processInfo.environment["PATH"]))
        #expect(
            read(.environment("HEADGATE_NO_SUCH"), use: key)
                == .failure(SecretReadFailure(message: "environment variable HEADGATE_NO_SUCH is not set"))
        )
    }

    @Test("An SRT passphrase has 10 to 79 characters", arguments: [9, 10, 79, 80])
    func passphrase(length: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "k", count: length), to: "key")
        let result = read(.file(folder("key"))) { secret in
            .srtListener(SRTListenerInput(decryption: SRTEncryption(key: secret)))
        }
        if SecretResolver.srtPassphraseLength.contains(length) {
            #expect(result == .success(String(repeating: "k", count: length)))
        } else {
            #expect(
                result
                    == .failure(
                        SecretReadFailure(message: "file \(folder("key")): an SRT passphrase has 10 to 79 characters")
                    )
            )
        }
    }
}
