import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("Secrets", .shared)
struct SecretTests {
    @Test("None of ten secrets is in the log, the status, the metrics or an error")
    func nothingLeaks() async throws {
        let secrets = (0..<10).map { "sEcReT-\($0)-\(UInt64.random(in: 1...UInt64.max))" }
        let directory = try TemporaryDirectory()
        let path = try directory.write(secrets[1] + "\n", to: "key")
        let ports = (0..<4).map { _ in FreePorts.next() }
        let input = { (name: String, port: UInt16, key: String) in
            FlowText.srtInput(name, port: port, "decryption: {key: \(key), keyLength: 16}")
        }
        let gateway = try await GatewayProcess.start(
            [
                "literal.yaml": input("literal", ports[0], "\"\(secrets[0])\""),
                "file.yaml": input("file", ports[1], "{file: \(path)}"),
                "env.yaml": input("env", ports[2], "{env: HEADGATE_TEST_KEY}"),
                "output.yaml": FlowText.flow(
                    "output",
                    inputs: ["name: in, protocol: srt, mode: listener, streamId: visible/in"],
                    outputs: [
                        "name: out, protocol: srt, mode: listener, port: \(ports[3]), encryption: {key: \(secrets[3])}",
                        "name: push, protocol: rtmp-push, url: rtmp://127.0.0.1/live, streamKey: \(secrets[4])",
                        "name: rtsp, protocol: rtsp-push, url: rtsp://127.0.0.1/a, username: u, password: \(secrets[5])",
                    ]
                ),
                // Broken files quote nothing either: a value of the wrong type, a key that is too long, a typing error.
                "wrong-type.yaml": input("wrong", 7_001, "[\(secrets[6])]"),
                "too-long.yaml": input("long", 7_002, "\"" + String(repeating: secrets[7], count: 5) + "\""),
                "typing-error.yaml": FlowText.srtInput("typo", port: 7_003, "decryption: {kez: \(secrets[8])}"),
            ],
            arguments: ["--log-level", "trace"],
            environment: ["HEADGATE_TEST_KEY": secrets[2]]
        )
        let wrong = Encryption(passphrase: secrets[9], keyLength: 16)
        for port in ports {
            let client = try ClientProcess.ffmpeg([
                "-f", "lavfi", "-i", "testsrc2", "-f", "mpegts", "srt://127.0.0.1:\(port)?\(wrong.query)",
            ])
            #expect(try await client.waitForExit(within: .seconds(20)) != .code(0))
        }
        for (secret, port) in zip(secrets, ports.prefix(3)) {
            let key = Encryption(passphrase: secret, keyLength: 16)
            let client = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port, encryption: key)
            try await gateway.waitForStatus("connected to port \(port)") { status in
                status.flows.contains {
                    $0.leg()?.address.hasSuffix(":\(port)") == true && $0.leg()?.state == .connected
                }
            }
            client.end()
        }
        // The key's file changes while the gateway runs.
        try directory.write(secrets[9] + "\n", to: "key")
        #expect(try gateway.post("/-/reload").status / 100 == 2)

        let validation = try await ChildProcess.run(GatewayProcess.binaryPath, ["validate", gateway.flows.path])
        let sarif = try await ChildProcess.run(
            GatewayProcess.binaryPath,
            ["validate", "--format", "sarif", gateway.flows.path]
        )
        #expect(validation.status == .code(1))
        var texts = ["log": gateway.log, "validate": validation.output + validation.errorOutput, "sarif": sarif.output]
        for path in ["/api/v1/status", "/api/v1/flows", "/metrics", "/"] { texts[path] = try gateway.get(path).text }
        #expect(try await gateway.stop() == .code(0))
        texts["log at the end"] = gateway.log
        for (place, text) in texts {
            for (number, secret) in secrets.enumerated() {
                #expect(!text.contains(secret), "secret \(number) is in \(place)")
            }
        }
        #expect(gateway.log.contains("BadPassphrase"))
        #expect(gateway.log.contains("typing-error.yaml"))
    }

    @Test("The state folder is for the gateway's user alone")
    func stateFolder() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.srtInput("a", port: FreePorts.next(), "decryption: {key: only-for-my-eyes}")
        ])
        try await gateway.waitForFlow("a")
        #expect(try await gateway.stop() == .code(0))
        let names = FileManager.default.enumerator(atPath: gateway.state.path)?.compactMap { $0 as? String } ?? []
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: gateway.state.path(name))
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
        }
    }
}
