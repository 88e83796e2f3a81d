import FlowModel

enum SampleFlows {
    static func condition(
        _ type: Condition.Kind,
        _ status: Condition.State,
        _ reason: String,
        _ message: String = ""
    ) -> Condition {
        Condition(type: type, status: status, reason: reason, message: message, lastTransitionTime: 0)
    }

    static let connected: FlowStatus = {
        var counters = StreamCounters()
        counters.packets = 1_000
        counters.bytes = 1_316_000
        counters.packetsLost = 2
        var stream = TransportStreamStatus()
        stream.streams = [.init(pid: 256, streamType: 0x1b, codec: "H.264", bitrate: 4_800_000)]
        stream.pcrPID = 256
        stream.continuityErrors = 4
        stream.pmtErrors = 1
        stream.pcrAccuracyErrors = 3
        stream.constantBitrate = 5_020_000
        let peer = PeerStatus(remote: "192.0.2.9:6000", uptime: 61, bitrate: 5_000_000, roundTripTimeMilliseconds: 12)
        return FlowStatus(
            name: "stadium-a",
            description: "Main camera feed",
            file: "flows.d/a.yaml",
            generation: 2,
            observedGeneration: 2,
            maxBandwidth: 20_000_000,
            activeLeg: "venue/main",
            bitrate: 5_020_000,
            conditions: [condition(.ready, .true, "Running")],
            inputs: [
                InputStatus(
                    name: "venue",
                    protocol: "srt",
                    enabled: true,
                    legs: [
                        LegStatus(
                            name: "main",
                            address: "srt://0.0.0.0:9000",
                            state: .connected,
                            active: true,
                            remote: "198.51.100.7:51234",
                            uptime: 192,
                            bitrate: 5_020_000,
                            roundTripTimeMilliseconds: 24.5,
                            latency: LatencyStatus(milliseconds: 60, advisedMilliseconds: 80, tooLowForSeconds: 7),
                            counters: counters,
                            transportStream: stream
                        )
                    ]
                )
            ],
            outputs: [
                OutputStatus(
                    name: "studio",
                    protocol: "srt",
                    enabled: true,
                    address: "srt://0.0.0.0:9100",
                    state: .connected,
                    bitrate: 5_000_000,
                    peers: [peer]
                )
            ]
        )
    }()

    static let stalled = FlowStatus(
        name: "b",
        file: "flows.d/b.yaml",
        maxBandwidth: 1_000_000,
        conditions: [
            condition(.ready, .false, "PortInUse", "UDP 9000 is taken"),
            condition(.stalled, .true, "PortInUse", "UDP 9000 is taken"),
        ],
        inputs: [
            InputStatus(
                name: "in",
                protocol: "srt",
                enabled: true,
                legs: [LegStatus(name: "main", address: "srt://:9000")]
            )
        ]
    )

    static let reconciling = FlowStatus(
        name: "c",
        file: "flows.d/c.yaml",
        maxBandwidth: 1_000_000,
        conditions: [condition(.ready, .false, "Starting"), condition(.reconciling, .true, "Starting")]
    )

    static let suspended = FlowStatus(
        name: "d",
        file: "flows.d/d.yaml",
        suspended: true,
        maxBandwidth: 1_000_000,
        conditions: [condition(.ready, .false, "Suspended")]
    )

    static let unknown = FlowStatus(name: "e", file: "flows.d/e.yaml", maxBandwidth: 1_000_000)

    static func gateway(_ flows: [FlowStatus], files: [FileStatus] = []) -> GatewayStatus {
        GatewayStatus(version: "0.1.0", startTime: 0, ready: true, files: files, flows: flows)
    }

    static func invalidFile(_ path: String, message: String = "90s is above the maximum of 10s") -> FileStatus {
        let diagnostic = Diagnostic(
            file: path,
            line: 9,
            column: 14,
            field: "inputs[0].latency",
            message: message,
            rule: "schema/maximum"
        )
        return FileStatus(path: path, diskHash: "", runningHash: "", valid: false, problems: [FileProblem(diagnostic)])
    }
}
