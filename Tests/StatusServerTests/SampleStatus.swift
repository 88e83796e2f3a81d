import FlowModel
import FlowPlanner
import StatusServer
import Synchronization

enum SampleStatus {
    /// Every optional set, every list filled.
    static let fullFlow: FlowStatus = {
        var counters = StreamCounters()
        counters.bytes = 1_316_000
        counters.packets = 1_000
        counters.packetsLost = 2
        counters.packetsRetransmitted = 7
        var stream = TransportStreamStatus()
        stream.streams = [.init(pid: 256, streamType: 0x1b, codec: "H.264", bitrate: 4_800_000)]
        stream.pcrPID = 256
        stream.packets = 7_000
        stream.patErrors = 2
        stream.catErrors = 9
        stream.constantBitrate = 5_000_000
        let leg = LegStatus(
            name: "main",
            address: "srt://0.0.0.0:9000",
            state: .connected,
            active: true,
            remote: "198.51.100.7:51234",
            uptime: 12.5,
            bitrate: 5_000_000,
            roundTripTimeMilliseconds: 24.5,
            latency: LatencyStatus(milliseconds: 60, advisedMilliseconds: 80, tooLowForSeconds: 7.5),
            counters: counters,
            transportStream: stream,
            merge: MergeStatus(packetsUsed: 9, packetsMissing: 4, packetsLate: 1, skewMilliseconds: -2.5),
            lastError: "the peer went away"
        )
        let peer = PeerStatus(
            remote: "192.0.2.7:9100",
            uptime: 3,
            bitrate: 5_000_000,
            roundTripTimeMilliseconds: 12,
            latency: LatencyStatus(milliseconds: 120),
            counters: counters
        )
        return FlowStatus(
            name: "stadium-a",
            description: "Main camera feed",
            file: "flows.d/a.yaml",
            generation: 2,
            observedGeneration: 2,
            diskHash: String(repeating: "a", count: 64),
            runningHash: String(repeating: "a", count: 64),
            maxBandwidth: 20_000_000,
            activeLeg: "venue/main",
            bitrate: 5_000_000,
            bytes: 1_316_000,
            packets: 1_000,
            packetsOverBandwidth: 3,
            switches: 1,
            conditions: [
                Condition(
                    type: .ready,
                    status: .true,
                    reason: "Running",
                    message: "",
                    lastTransitionTime: 1_767_322_800
                )
            ],
            inputs: [
                InputStatus(
                    name: "venue",
                    protocol: "srt",
                    enabled: true,
                    mode: .listener,
                    keyLength: 32,
                    legs: [leg]
                )
            ],
            outputs: [
                OutputStatus(
                    name: "studio",
                    protocol: "srt",
                    enabled: true,
                    mode: .caller,
                    keyLength: 16,
                    address: "srt://192.0.2.7:9100",
                    state: .connected,
                    bitrate: 5_000_000,
                    counters: counters,
                    peers: [peer],
                    lastError: "connection refused"
                )
            ]
        )
    }()

    /// No optional set, no list filled.
    static let emptyFlow = FlowStatus(name: "empty", file: "flows.d/b.yaml", maxBandwidth: 1_000_000)

    /// Lists filled, their elements' optionals not set.
    static let bareFlow = FlowStatus(
        name: "bare",
        file: "flows.d/c.yaml",
        maxBandwidth: 1_000_000,
        inputs: [
            InputStatus(
                name: "in",
                protocol: "rtp",
                enabled: false,
                legs: [LegStatus(name: "main", address: "udp://[::]:5000")]
            )
        ],
        outputs: [
            OutputStatus(
                name: "out",
                protocol: "udp",
                enabled: true,
                address: "udp://192.0.2.1:5000",
                peers: [PeerStatus(remote: "192.0.2.1:5000", uptime: 0, bitrate: 0)]
            )
        ]
    )

    static func gateway(_ flows: [FlowStatus] = [fullFlow, emptyFlow, bareFlow], ready: Bool = true) -> GatewayStatus {
        GatewayStatus(
            version: "0.1.0",
            startTime: 1_767_322_800,
            ready: ready,
            listeners: ["http": "127.0.0.1:8080"],
            files: flows.map {
                FileStatus(path: $0.file, diskHash: "", runningHash: "", valid: true, problems: [])
            },
            flows: flows,
            refusals: ["NotInAllowlist": 3]
        )
    }
}

/// A source whose status tests set, and which counts how often it was asked.
final class ScriptedSource: StatusSource {
    private struct State {
        var status: GatewayStatus
        var asked = 0
        var reloads = 0
        var gates: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let holdsReloads: Bool
    private let reloadStarts: AsyncStream<Void>.Continuation
    /// Yields whenever a reload begins.
    let startedReloads: AsyncStream<Void>

    init(_ status: GatewayStatus = SampleStatus.gateway(), holdsReloads: Bool = false) {
        state = Mutex(State(status: status))
        self.holdsReloads = holdsReloads
        (startedReloads, reloadStarts) = AsyncStream.makeStream()
    }

    var asked: Int { state.withLock { $0.asked } }
    var reloads: Int { state.withLock { $0.reloads } }

    func set(_ status: GatewayStatus) { state.withLock { $0.status = status } }

    static let addresses = [
        StreamAddress(flow: "a", component: "venue/main", address: "rtmp://127.0.0.1:1935/a/sEcReT-key")
    ]

    func streamAddresses() async -> [StreamAddress] { Self.addresses }

    func gatewayStatus() async -> GatewayStatus {
        state.withLock {
            $0.asked += 1
            return $0.status
        }
    }

    private let plans = Mutex<[PlanRequest]>([])
    /// What plans were asked for.
    var planned: [PlanRequest] { plans.withLock { $0 } }

    func plan(_ request: PlanRequest) async -> PlanPreview {
        plans.withLock { $0.append(request) }
        let change = PlannedChange(flow: "a", component: .input("in"), action: .restartInput)
        return PlanPreview(diagnostics: [], changes: [PreviewedChange(change)])
    }

    func reload() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock {
                $0.reloads += 1
                guard holdsReloads else { return true }
                $0.gates.append(continuation)
                return false
            }
            if goesOn { continuation.resume() }
            reloadStarts.yield()
        }
        state.withLock { $0.status.reconcile.passes += 1 }
    }

    func letReloadsGoOn() {
        let gates = state.withLock { state in
            defer { state.gates = [] }
            return state.gates
        }
        for gate in gates { gate.resume() }
    }
}
