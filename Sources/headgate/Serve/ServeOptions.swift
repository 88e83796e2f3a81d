import ArgumentParser

/// The flags of `serve`. Each has an environment variable: `HEADGATE_` and its name, `HEADGATE_STATE_DIR`.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of flow files. (default: flows.d)", valueName: "dir"))
    var flows: String?

    @Option(
        help: ArgumentHelp(
            "Folder for what must survive a restart: last good files, chosen ports. (default: .headgate, or "
                + "systemd's STATE_DIRECTORY)",
            valueName: "dir"
        )
    )
    var stateDir: String?

    @Option(help: ArgumentHelp("Status API and metrics. (default: 127.0.0.1:8080)", valueName: "host:port|port|off"))
    var http: String?

    @Option(help: ArgumentHelp("Shared SRT port, UDP. (default: 8890)", valueName: "host:port|port|off"))
    var srt: String?

    @Option(help: ArgumentHelp("RTMP port, TCP. (default: 1935)", valueName: "host:port|port|off"))
    var rtmp: String?

    @Option(
        help: ArgumentHelp(
            "RTMPS port, TCP: RTMP with TLS; wants --certificate and --private-key. (default: off)",
            valueName: "host:port|port|off"
        )
    )
    var rtmps: String?

    @Option(
        help: ArgumentHelp(
            "PEM file with the certificate chain of the TLS ports; read again when it changes.",
            valueName: "file"
        )
    )
    var certificate: String?

    @Option(help: ArgumentHelp("PEM file with the certificate's private key.", valueName: "file"))
    var privateKey: String?

    @Option(
        help: ArgumentHelp(
            "PEM file with authorities to trust beside the system's, for servers that are called with TLS.",
            valueName: "file"
        )
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "RTSP port, TCP; packets over UDP have ports of --port-range. (default: 8554)",
            valueName: "host:port|port|off"
        )
    )
    var rtsp: String?

    @Option(
        help: ArgumentHelp(
            "RTSPS port, TCP: RTSP with TLS; wants --certificate and --private-key. (default: off)",
            valueName: "host:port|port|off"
        )
    )
    var rtsps: String?

    @Option(help: ArgumentHelp("Name or address to show in input addresses in place of 0.0.0.0.", valueName: "host"))
    var advertise: String?

    @Option(
        help: ArgumentHelp(
            "What maxBandwidth of all flows together must not exceed; flows beyond it are refused. (default: off)",
            valueName: "rate|off"
        )
    )
    var capacity: String?

    @Option(help: ArgumentHelp("UDP ports for RTP inputs without one. (default: 20000-20999)", valueName: "low-high"))
    var portRange: String?

    @Option(
        help: ArgumentHelp(
            "When all flow files vanish at once, stop their flows: immediate, after=DURATION or never. "
                + "(default: after=30s)",
            valueName: "policy"
        )
    )
    var prune: String?

    @Option(
        help: ArgumentHelp("How often to look at the files without being told. (default: 5s)", valueName: "duration")
    )
    var rescan: String?

    @Option(help: ArgumentHelp("text or json. (default: text)", valueName: "format"))
    var logFormat: String?

    @Option(
        help: ArgumentHelp(
            "trace, debug, info, notice, warning, error or critical. (default: info)",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(help: ArgumentHelp("File with the bearer token that the status API asks for.", valueName: "file"))
    var httpTokenFile: String?

    @Flag(help: "Serve the status API on other addresses than loopback without a token.")
    var httpInsecure = false

    @Flag(
        name: .customLong("http-tls"),
        help: "The HTTP port speaks TLS: https; wants --certificate and --private-key."
    )
    var httpTLS = false
}
