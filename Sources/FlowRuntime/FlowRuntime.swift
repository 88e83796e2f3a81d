import FlowHub
public import FlowModel
public import FlowPlanner
import Media
public import NIOSSL
public import NetworkAddress
import PacketIO
import SRT
import Synchronization

/// The ports with TLS: PEM files with their certificate chain and private key.
public struct SecuredEndpoints: Sendable {
    public var rtmps: IPEndpoint?
    public var rtsps: IPEndpoint?
    public var certificateFile: String
    public var privateKeyFile: String

    public init(
        rtmps: IPEndpoint? = nil,
        rtsps: IPEndpoint? = nil,
        certificateFile: String,
        privateKeyFile: String
    ) {
        self.rtmps = rtmps
        self.rtsps = rtsps
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
    }
}

/// What the data plane needs to know before the first flow.
public struct FlowRuntimeConfiguration: Sendable {
    /// Where listeners bind, and the shared SRT port; nil turns SRT off, 0 picks a free one.
    public var srtAddress: IPAddress
    public var srtPort: UInt16?
    /// Where the RTMP port listens; nil turns RTMP off, port 0 picks a free one.
    public var rtmp: IPEndpoint?
    /// Where the RTSP port listens; nil turns RTSP off, port 0 picks a free one.
    public var rtsp: IPEndpoint?
    /// The ports with TLS.
    public var secured: SecuredEndpoints?
    /// Where HTTP is served by whoever runs this; nil turns HLS off, port 0 is told by `httpListens`.
    public var http: IPEndpoint?
    /// Whether that is with TLS.
    public var isHTTPSecured: Bool
    /// PEM certificates of authorities to trust beside the system's, for servers that are called with TLS.
    public var authoritiesFile: String?
    /// RTP inputs without `port`, and RTSP sessions over UDP, get theirs from here.
    public var portRange: ClosedRange<UInt16>
    /// The name or address that status shows in place of a wildcard address.
    public var advertisedHost: String?
    /// Keeps what must survive a restart; nil keeps nothing.
    public var stateDirectory: String?

    public init(
        srtAddress: IPAddress = IPAddress(v4: 0),
        srtPort: UInt16? = 8890,
        rtmp: IPEndpoint? = IPEndpoint(address: IPAddress(v4: 0), port: 1935),
        rtsp: IPEndpoint? = IPEndpoint(address: IPAddress(v4: 0), port: 8554),
        secured: SecuredEndpoints? = nil,
        http: IPEndpoint? = nil,
        isHTTPSecured: Bool = false,
        authoritiesFile: String? = nil,
        portRange: ClosedRange<UInt16> = 20_000...20_999,
        advertisedHost: String? = nil,
        stateDirectory: String? = nil
    ) {
        self.srtAddress = srtAddress
        self.srtPort = srtPort
        self.rtmp = rtmp
        self.rtsp = rtsp
        self.secured = secured
        self.http = http
        self.isHTTPSecured = isHTTPSecured
        self.authoritiesFile = authoritiesFile
        self.portRange = portRange
        self.advertisedHost = advertisedHost
        self.stateDirectory = stateDirectory
    }
}

/// Builds running inputs and outputs from specs and applies a plan's steps to them.
public final class FlowRuntime: Sendable {
    /// How often hubs look for silence and take rate samples.
    static let tickInterval = Duration.milliseconds(100)

    private let flows = Mutex<[String: RunningFlow]>([:])
    private let ticks = TickThread()
    private let factory: ComponentFactory
    private let onEvent: @Sendable (FlowEvent) -> Void

    /// - Parameter onEvent: called on any thread; must not block.
    /// Throws when the threads for UDP cannot be had.
    public init(
        configuration: FlowRuntimeConfiguration,
        onEvent: @escaping @Sendable (FlowEvent) -> Void
    ) throws(ApplyFailure) {
        self.onEvent = onEvent
        self.factory = try ComponentFactory(configuration: configuration, onEvent: onEvent)
    }

    /// Opens the shared sockets and starts the threads, among them the one that keeps the clocks of all flows. Throws
    /// when a shared port, a certificate or a thread cannot be had.
    public func start() throws(ApplyFailure) {
        try factory.start()
        let isTicking = ticks.start(named: "flow-ticks", every: Self.tickInterval) { [weak self] now in
            guard let self else { return }
            for flow in self.flows.withLock({ Array($0.values) }) { flow.tick(at: now) }
            self.factory.refusals.tick(at: now)
        }
        guard isTicking else {
            throw ApplyFailure(
                remedy: .retry,
                reason: "SystemError",
                message: "the system has no thread for the flows' clock"
            )
        }
    }

    /// Stops every flow, inputs first, then the shared sockets and threads.
    public func stop() {
        ticks.stop()
        let all = flows.withLock { flows in
            defer { flows = [:] }
            return flows.values.sorted { $0.name < $1.name }
        }
        all.forEach { $0.stop() }
        factory.stop()
    }

    /// The shared SRT port that was bound.
    public var sharedSRTPort: UInt16? { factory.sharedSRTPort }
    /// The RTMP port that was bound.
    public var rtmpPort: UInt16? { factory.rtmpPort }
    /// The RTMPS port that was bound.
    public var rtmpsPort: UInt16? { factory.rtmpsPort }
    /// The RTSP port that was bound.
    public var rtspPort: UInt16? { factory.rtspPort }
    /// The RTSPS port that was bound.
    public var rtspsPort: UInt16? { factory.rtspsPort }
    /// The TLS of the next connection, by the certificate as it is then; nil without one.
    public var tlsContext: (@Sendable () -> NIOSSLContext)? {
        guard let certificate = factory.certificate else { return nil }
        return { certificate.context() }
    }
    /// Where to publish and play, with the keys: secrets.
    public var streamAddresses: [StreamAddress] { factory.streamAddresses }

    /// HTTP listens here: what the addresses of `hls` outputs show.
    public func httpListens(on endpoint: IPEndpoint) { factory.hls.listens(on: endpoint) }

    /// Answers what a player asks for of a flow's `hls` output, as soon as there is an answer.
    ///
    /// - Parameters:
    ///   - name: the last component of the path.
    ///   - query: what follows the question mark, as it came; empty without one.
    ///   - remote: the player's address, without a port.
    public func hls(_ name: String, query: String, ofFlow flow: String, to remote: String) async -> HLSDelivery {
        await factory.hls.answer(name, query: query, ofFlow: flow, to: remote)
    }

    /// How often peers were refused, by reason.
    public var refusals: [String: UInt64] { factory.refusals.counts }

    /// Carries out one step. Steps of one flow must not overlap; steps of different flows may.
    public func apply(_ step: PlanStep) async throws(ApplyFailure) {
        switch step {
        case .createFlow(let spec):
            let flow = RunningFlow(spec: spec, factory: factory, onEvent: onEvent)
            let former = flows.withLock { $0.updateValue(flow, forKey: spec.name) }
            former?.stop()
        case .updateFlow(let spec): try flow(spec.name).update(spec)
        case .deleteFlow(let name): flows.withLock { $0.removeValue(forKey: name) }?.stop()
        case .startInput(let name, let spec): try await flow(name).startInput(spec)
        case .updateInput(let name, let spec): try flow(name).updateInput(spec)
        case .stopInput(let name, let input): try flow(name).stopInput(input)
        case .startBackupLeg(let name, let spec): try flow(name).startBackupLeg(spec)
        case .stopBackupLeg(let name, let spec): try flow(name).stopBackupLeg(spec)
        case .startOutput(let name, let spec): try await flow(name).startOutput(spec)
        case .updateOutput(let name, let spec): try flow(name).updateOutput(spec)
        case .stopOutput(let name, let output): try flow(name).stopOutput(output)
        }
    }

    /// What runs now, by name.
    public func reports() async -> [FlowReport] {
        let now = MonotonicTime.now()
        return flows.withLock { Array($0.values) }.map { $0.report(at: now) }.sorted { $0.name < $1.name }
    }

    private func flow(_ name: String) throws(ApplyFailure) -> RunningFlow {
        guard let flow = flows.withLock({ $0[name] }) else {
            throw ApplyFailure(remedy: .retry, reason: "NoSuchFlow", message: "the flow \(name) does not run")
        }
        return flow
    }
}
