import FlowModel
import NetworkAddress

/// Draws specs from few values, so that two drawn ones often differ in one field only.
struct RandomSpecs {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values.randomElement(using: &generator)!
    }

    mutating func flows(_ names: [String] = ["a", "b", "c", "d"]) -> [FlowSpec] {
        var specs: [FlowSpec] = []
        for name in names where pick([true, true, true, false]) { specs.append(flow(name)) }
        return specs
    }

    mutating func flow(_ name: String) -> FlowSpec {
        var inputs: [InputSpec] = []
        for input in ["one", "two", "three"].shuffled(using: &generator) where inputs.isEmpty || pick([true, false]) {
            inputs.append(self.input(input))
        }
        var outputs: [OutputSpec] = []
        for output in ["left", "right"] where pick([true, false]) { outputs.append(self.output(output)) }
        return FlowSpec(
            name: name,
            description: pick([nil, "camera"]),
            maxBandwidth: BitRate(bitsPerSecond: pick([1_000_000, 2_000_000])),
            isSuspended: pick([false, false, false, true]),
            inputs: inputs,
            failover: FailoverSpec(mode: pick([.switch, .merge]), lossAfter: pick([.seconds(1), .seconds(2)])),
            outputs: outputs
        )
    }

    mutating func input(_ name: String) -> InputSpec {
        let failover = pick([true, false])
        let allow = allowlist()
        let source: InputSource =
            switch pick([0, 1, 2, 3, 4, 5]) {
            case 0:
                .srtListener(
                    SRTListenerInput(
                        port: pick([9000, 9001]),
                        decryption: encryption(),
                        failover: failover,
                        allow: allow
                    )
                )
            case 1:
                .rtp(
                    RTPInput(
                        port: pick([5000, 5002]),
                        failover: failover,
                        allow: allow,
                        group: pick([nil, IPAddress(v4: 0xe8010101)])
                    )
                )
            case 2: .rtmp(RTMPInput(streamKey: pick([nil, Secret(.literal("key"))]), failover: failover, allow: allow))
            case 3: .srtCaller(SRTCallerInput(host: pick(["h1", "h2"]), port: 9100, decryption: encryption()))
            case 4: .rtsp(RTSPInput(failover: failover, allow: allow, username: pick([nil, "user"])))
            default: .file(FileInput(path: .builtin("builtin:demo"), loop: pick([true, false])))
            }
        return InputSpec(
            name: name,
            description: pick([nil, "note"]),
            isEnabled: pick([true, true, true, false]),
            source: source
        )
    }

    mutating func output(_ name: String) -> OutputSpec {
        let destination: OutputDestination =
            switch pick([0, 1, 2, 3]) {
            case 0:
                .srtListener(
                    SRTListenerOutput(
                        port: pick([9200, 9201]),
                        encryption: encryption(),
                        allow: allowlist(),
                        maxConcurrent: pick([1, 4])
                    )
                )
            case 1: .udp(DatagramOutput(host: pick(["h1", "h2"]), port: 6000))
            case 2: .rtmp(RTMPOutput(allow: allowlist(), maxConcurrent: pick([1, 4])))
            default: .record(RecordOutput(path: "/srv/%s.ts", keep: pick([nil, .seconds(60)])))
            }
        return OutputSpec(
            name: name,
            description: pick([nil, "note"]),
            isEnabled: pick([true, true, true, false]),
            destination: destination
        )
    }

    private mutating func allowlist() -> Allowlist {
        pick([.everyone, Allowlist(networks: [IPNetwork("192.0.2.0/24")!])])
    }

    private mutating func encryption() -> SRTEncryption? {
        pick([nil, SRTEncryption(key: Secret(.literal("0123456789")), keyLength: pick([16, 32]))])
    }
}
