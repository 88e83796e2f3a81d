import ArgumentParser
import FlowConfig
import FlowController
import FlowModel
import FlowPlanner
import FlowRuntime
import LogOutput
import Logging
import NetworkAddress

/// Everything that `serve` was told, by flag, environment variable or default, checked.
struct ServeSettings: Sendable {
    var flows: String
    var stateDirectory: String
    var http: ListenAddress
    var srt: ListenAddress
    var rtmp: ListenAddress
    var rtmps: ListenAddress
    /// Both or neither.
    var certificate: String?
    var privateKey: String?
    var caFile: String?
    var rtsp: ListenAddress
    var rtsps: ListenAddress
    var advertise: String?
    var portRange: ClosedRange<UInt16>
    /// What the caps of all flows together must not exceed.
    var capacity: BitRate?
    var prune: PrunePolicy
    var rescan: Duration
    var logFormat: LogFormat
    var logLevel: Logger.Level
    var httpTokenFile: String?
    var httpInsecure: Bool
    /// Whether the HTTP port speaks TLS.
    var httpTLS: Bool

    /// A flag wins over its environment variable (`HEADGATE_` and the flag's name), which wins over the default.
    struct Source {
        let environment: [String: String]

        func text(_ flag: String?, _ name: String) -> (text: String, origin: String)? {
            if let flag { return (flag, "--\(name)") }
            let variable = "HEADGATE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
            guard let value = environment[variable], !value.isEmpty else { return nil }
            return (value, variable)
        }

        func value<Value>(
            _ flag: String?,
            _ name: String,
            default defaultText: String?,
            expected: String,
            parse: (String) -> Value?
        ) throws -> Value? {
            let given = text(flag, name) ?? defaultText.map { ($0, "the default of --\(name)") }
            guard let given else { return nil }
            guard let value = parse(given.text) else {
                throw ValidationError("\(given.origin): '\(given.text)' is not \(expected)")
            }
            return value
        }
    }

    init(_ options: ServeOptions, environment: [String: String]) throws {
        let source = Source(environment: environment)
        func required<Value>(
            _ flag: String?,
            _ name: String,
            default text: String,
            expected: String,
            parse: (String) -> Value?
        ) throws -> Value {
            guard let value = try source.value(flag, name, default: text, expected: expected, parse: parse) else {
                throw ValidationError("--\(name) is required")
            }
            return value
        }
        func listen(_ flag: String?, _ name: String, default text: String, host: UInt32 = 0) throws -> ListenAddress {
            try required(flag, name, default: text, expected: "HOST:PORT with an IP address, PORT, or off") {
                ListenAddress($0, defaultHost: IPAddress(v4: host))
            }
        }
        func path(_ flag: String?, _ name: String, default text: String) throws -> String {
            try required(flag, name, default: text, expected: "a path") { $0.isEmpty ? nil : $0 }
        }

        flows = try path(options.flows, "flows", default: "flows.d")
        stateDirectory = try path(
            options.stateDir,
            "state-dir",
            default: environment["STATE_DIRECTORY"] ?? ".headgate"
        )
        http = try listen(options.http, "http", default: "127.0.0.1:8080", host: 0x7f00_0001)
        srt = try listen(options.srt, "srt", default: "8890")
        rtmp = try listen(options.rtmp, "rtmp", default: "1935")
        rtmps = try listen(options.rtmps, "rtmps", default: "off")
        certificate = source.text(options.certificate, "certificate")?.text
        privateKey = source.text(options.privateKey, "private-key")?.text
        caFile = source.text(options.caFile, "ca-file")?.text
        guard (certificate == nil) == (privateKey == nil) else {
            throw ValidationError("--certificate and --private-key go together")
        }
        rtsp = try listen(options.rtsp, "rtsp", default: "8554")
        rtsps = try listen(options.rtsps, "rtsps", default: "off")
        httpTLS =
            try source.value(
                options.httpTLS ? "true" : nil,
                "http-tls",
                default: nil,
                expected: "true or false",
                parse: { Bool($0) }
            ) ?? false
        let secured = [(rtmps != .off, "rtmps"), (rtsps != .off, "rtsps"), (httpTLS, "http-tls")]
        for case (true, let name) in secured where certificate == nil {
            throw ValidationError("--\(name) wants --certificate and --private-key")
        }
        advertise = source.text(options.advertise, "advertise")?.text
        portRange = try required(
            options.portRange,
            "port-range",
            default: "20000-20999",
            expected: "a range such as 20000-20999",
            parse: Self.portRange
        )
        capacity = try required(
            options.capacity,
            "capacity",
            default: "off",
            expected: "a rate such as 1Gbps, or off",
            parse: { $0 == "off" ? .some(nil) : BitRate($0).map(Optional.some) }
        )
        prune = try required(
            options.prune,
            "prune",
            default: "after=30s",
            expected: "immediate, after=DURATION or never",
            parse: { PrunePolicy(flagText: $0) }
        )
        rescan = try required(
            options.rescan,
            "rescan",
            default: "5s",
            expected: "a duration of 100ms or more, such as 5s",
            parse: { Duration(flowText: $0).flatMap { $0 >= .milliseconds(100) ? $0 : nil } }
        )
        logFormat = try required(options.logFormat, "log-format", default: "text", expected: "text or json") {
            LogFormat(rawValue: $0)
        }
        logLevel = try required(
            options.logLevel,
            "log-level",
            default: "info",
            expected: "one of trace, debug, info, notice, warning, error, critical",
            parse: { Logger.Level(rawValue: $0) }
        )
        httpTokenFile = source.text(options.httpTokenFile, "http-token-file")?.text
        let insecure = try source.value(
            options.httpInsecure ? "true" : nil,
            "http-insecure",
            default: nil,
            expected: "true or false",
            parse: { Bool($0) }
        )
        httpInsecure = insecure ?? false
    }

    /// The ports that no flow can have; those that the system will pick are not known yet.
    var gatewayPorts: GatewayPorts {
        func fixed(_ address: ListenAddress) -> UInt16? { address.port == 0 ? nil : address.port }
        return GatewayPorts(
            srt: fixed(srt),
            http: fixed(http),
            rtmp: fixed(rtmp),
            rtmps: fixed(rtmps),
            rtsp: fixed(rtsp),
            rtsps: fixed(rtsps)
        )
    }

    /// The ports with TLS, when there is a certificate.
    var secured: SecuredEndpoints? {
        guard let certificate, let privateKey else { return nil }
        return SecuredEndpoints(
            rtmps: rtmps.endpoint,
            rtsps: rtsps.endpoint,
            certificateFile: certificate,
            privateKeyFile: privateKey
        )
    }

    static func portRange(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low > 0, low < high else { return nil }
        return low...high
    }
}
