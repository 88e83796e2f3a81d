import FlowConfig
import FlowController
import FlowModel
import NetworkAddress

/// A tiny flow format for tests: a flow per line, `NAME PORT [latency=MS] [allow=CIDR] [key=PATH] [out=PORT] [suspend]`.
///
/// `#` starts a comment line; a line that cannot be read is an error with its place.
enum LineFormat {
    static let rules = FlowDirectoryRules(
        load: load,
        check: { newcomers, established in check(newcomers, established) }
    )

    @Sendable static func load(_ file: FlowFile) -> LoadedFile {
        var loaded = LoadedFile(path: file.path)
        var hasContent = false
        let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let words = line.split(separator: " ")
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            hasContent = true
            guard words.count >= 2, let port = UInt16(words[1]) else {
                loaded.diagnostics.append(
                    Diagnostic(
                        file: file.path,
                        line: index + 1,
                        column: 1,
                        message: "cannot be read",
                        rule: "test/syntax"
                    )
                )
                continue
            }
            loaded.flows.append(LoadedFlow(spec: spec(String(name), port, words.dropFirst(2).map(String.init))))
        }
        loaded.isEmpty = !hasContent
        return loaded
    }

    private static func spec(_ name: String, _ port: UInt16, _ options: [String]) -> FlowSpec {
        var listener = SRTListenerInput(port: port)
        var outputs: [OutputSpec] = []
        var isSuspended = false
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count > 1 ? parts[1] : "") {
            case ("latency", let value):
                listener.latency = .milliseconds(Int(value) ?? 0)
            case ("allow", let value):
                listener.allow = Allowlist(networks: [IPNetwork(value)].compactMap(\.self))
            case ("key", let value):
                listener.decryption = SRTEncryption(key: Secret(.file(value)))
            case ("out", let value):
                let destination = SRTListenerOutput(port: UInt16(value))
                outputs.append(OutputSpec(name: "out", destination: .srtListener(destination)))
            default:
                isSuspended = isSuspended || option == "suspend"
            }
        }
        return FlowSpec(
            name: name,
            maxBandwidth: BitRate(bitsPerSecond: 1_000_000),
            isSuspended: isSuspended,
            inputs: [InputSpec(name: "in", source: .srtListener(listener))],
            outputs: outputs
        )
    }

    /// Names and ports are unique; who was there before keeps them.
    private static func check(_ newcomers: [LoadedFile], _ established: [LoadedFile]) -> [Diagnostic] {
        var owners: [String: String] = [:]
        var diagnostics: [Diagnostic] = []
        for file in established + newcomers {
            let claims = file.flows.flatMap { flow in [flow.spec.name, "port \(port(of: flow.spec))"] }
            if let claim = claims.first(where: { owners[$0] != nil }), let owner = owners[claim] {
                diagnostics.append(
                    Diagnostic(
                        file: file.path,
                        line: 1,
                        column: 1,
                        message: "\(claim) is taken by \(owner)",
                        rule: "test/taken"
                    )
                )
            } else {
                for claim in claims { owners[claim] = file.path }
            }
        }
        return diagnostics
    }

    private static func port(of spec: FlowSpec) -> UInt16 {
        guard case .srtListener(let listener) = spec.inputs[0].source else { return 0 }
        return listener.port ?? 0
    }
}
