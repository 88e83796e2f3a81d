/// Writes flow files for tests.
enum FlowText {
    static func flow(
        _ name: String,
        maxBandwidth: String = "50Mbps",
        extra: [String] = [],
        inputs: [String],
        outputs: [String] = []
    ) -> String {
        var lines = ["apiVersion: headgate/v1", "name: \(name)", "maxBandwidth: \(maxBandwidth)"] + extra
        lines += ["inputs:"] + inputs.map { "  - {\($0)}" }
        if !outputs.isEmpty { lines += ["outputs:"] + outputs.map { "  - {\($0)}" } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// UDP or RTP in on one port, UDP out to another.
    static func relay(_ name: String, from input: UInt16, to output: UInt16, extra: [String] = []) -> String {
        flow(
            name,
            extra: extra,
            inputs: ["name: in, protocol: rtp, port: \(input)"],
            outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(output)"]
        )
    }

    /// An SRT listener, without outputs.
    static func srtInput(_ name: String, port: UInt16, _ fields: String = "") -> String {
        flow(
            name,
            inputs: ["name: in, protocol: srt, mode: listener, port: \(port)" + (fields.isEmpty ? "" : ", ") + fields]
        )
    }
}

/// A passphrase with its key length, as flow files and as SRT URLs write it.
struct Encryption: Hashable, Sendable, CustomStringConvertible {
    var passphrase: String
    var keyLength: Int

    /// Clear, AES-128, AES-192, AES-256.
    static let all: [Encryption?] =
        [nil] + [16, 24, 32].map { Encryption(passphrase: "over-the-river-\($0)", keyLength: $0) }

    var description: String { "AES-\(keyLength * 8)" }

    func flowField(_ name: String) -> String { "\(name): {key: \"\(passphrase)\", keyLength: \(keyLength)}" }
    var query: String { "passphrase=\(passphrase)&pbkeylen=\(keyLength)" }
}
