import FlowModel
import Testing

@Suite("Secrets")
struct SecretTests {
    private static let value = "correct-horse-battery"

    /// Everything that Swift prints a value with.
    private func renderings(_ subject: some Any) -> [String] {
        var dumped = ""
        dump(subject, to: &dumped)
        return ["\(subject)", String(describing: subject), String(reflecting: subject), dumped]
    }

    @Test(
        "No rendering shows the value",
        arguments: [
            Secret(.literal(value)),
            Secret(.file("/run/secrets/a")).resolved(value),
            Secret(.environment("STADIUM_KEY")).resolved(value),
        ]
    )
    func redaction(_ secret: Secret) {
        #expect(secret.value == Self.value)
        let encryption = SRTEncryption(key: secret, keyLength: 32)
        let flow = FlowSpec(
            name: "a",
            maxBandwidth: BitRate(bitsPerSecond: 1),
            inputs: [
                InputSpec(name: "srt", source: .srtListener(SRTListenerInput(decryption: encryption))),
                InputSpec(name: "rtmp", source: .rtmp(RTMPInput(streamKey: secret))),
                InputSpec(name: "rtsp", source: .rtsp(RTSPInput(password: secret))),
            ],
            outputs: [
                OutputSpec(name: "srt", destination: .srtListener(SRTListenerOutput(encryption: encryption))),
                OutputSpec(name: "push", destination: .rtmpPush(RTMPPushOutput(url: "rtmp://a/b", streamKey: secret))),
            ]
        )
        let all = renderings(secret) + renderings(secret.source) + renderings([secret]) + renderings(Optional(secret))
        for text in all + renderings(encryption) + renderings(flow) {
            #expect(!text.contains(Self.value))
        }
    }

    @Test("A source says where the secret is kept")
    func sources() {
        #expect(SecretSource.file("/run/secrets/a").description == "file /run/secrets/a")
        #expect(SecretSource.environment("KEY").description == "environment variable KEY")
        #expect(SecretSource.literal("abc").description == "<secret>")
    }

    @Test("A secret that was not read yet has no value, and differs from the same one read")
    func resolution() {
        let secret = Secret(.environment("KEY"))
        #expect(secret.value == nil)
        #expect(secret.resolved("one") != secret.resolved("two"))
        #expect(secret.resolved("one").source == secret.source)
    }
}
