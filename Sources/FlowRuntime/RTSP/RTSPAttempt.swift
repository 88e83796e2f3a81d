import Cryptography
import Delivery
import FlowModel
import FlowPlanner
import Media
import NIOCore
import NetworkAddress
import RTSP
import Synchronization

extension RTSPFanOut: AwaitedFanOut {}

extension Redialer {
    /// What runs with an RTSP server elsewhere.
    enum RTSPStream {
        /// The server's stream goes to the sink.
        case play(any LegSink)
        /// The server is sent what the fan-out is fed with.
        case record(RTSPFanOut)
    }

    /// Without media for so long a server that is played counts as stalled, and is called anew.
    static let rtspMediaIdle = Duration.seconds(5)

    /// Keeps one stream running with an RTSP server elsewhere.
    ///
    /// - Parameters:
    ///   - onReception: hears of the packets of each connection that plays, for status; nil when it is over.
    ///   - onEvent: called on an event loop; must not block.
    convenience init(
        _ url: RTSPURL,
        credentials: RTSPCredentials?,
        transport: RTSPTransport,
        stream: RTSPStream,
        context: ComponentContext,
        onReception: @escaping @Sendable (RTSPReception?) -> Void = { _ in },
        onEvent: @escaping @Sendable (Redialer.Event) -> Void
    ) {
        var limits = RTSPSessionLimits.default
        limits.mediaIdle = Self.rtspMediaIdle
        let route = RTSPRoute()
        var fanOut: RTSPFanOut?
        if case .record(let recorded) = stream { fanOut = recorded }
        self.init(
            eventLoops: context.eventLoops,
            tls: context.tls,
            sending: fanOut,
            target: { [limits] redialer in
                let handled: RTSPClientHandler.Stream
                let role: RTSPClientSession.Role
                switch stream {
                case .play(let sink): (handled, role) = (.play(sink), .play)
                case .record(let fanOut):
                    // Not all tracks of a stream that begins are known yet.
                    guard let offer = fanOut.offer(at: .now()) else { return nil }
                    (handled, role) = (.record(fanOut, offer), .record(offer.description))
                }
                // One that goes on to publish what is there no more has nothing to go on with.
                let session =
                    route.take().flatMap { $0.role == role ? $0 : nil }
                    ?? RTSPClientSession(
                        role: role,
                        url: url,
                        credentials: credentials,
                        transport: RTSPClientSession.TransportPreference(transport),
                        seed: RandomBytes.make(32),
                        limits: limits
                    )
                return Target(
                    host: session.url.host,
                    port: session.url.port,
                    isSecured: session.url.scheme == .rtsps,
                    name: session.url.description,
                    bufferLimits: RTSPServerHandler.bufferLimits
                ) {
                    RTSPClientHandler(
                        session: session,
                        stream: handled,
                        delegate: RTSPAttempt(url, route, redialer, context, onReception),
                        limits: limits
                    )
                }
            },
            onEvent: onEvent
        )
    }
}

/// A session that goes on at another address or in another way, for one attempt.
private final class RTSPRoute: Sendable {
    private let session = Mutex<RTSPClientSession?>(nil)

    func take() -> RTSPClientSession? { session.withLock { $0.take() } }

    func follow(_ moved: RTSPClientSession) {
        session.withLock { $0 = moved }
    }
}

/// One connection to an RTSP server: tells how it fared.
private final class RTSPAttempt: RTSPClientDelegate {
    private let url: RTSPURL
    private let route: RTSPRoute
    private let redialer: Redialer
    private let context: ComponentContext
    private let onReception: @Sendable (RTSPReception?) -> Void

    init(
        _ url: RTSPURL,
        _ route: RTSPRoute,
        _ redialer: Redialer,
        _ context: ComponentContext,
        _ onReception: @escaping @Sendable (RTSPReception?) -> Void
    ) {
        self.url = url
        self.route = route
        self.redialer = redialer
        self.context = context
        self.onReception = onReception
    }

    func ready(_ connection: PeerConnection) {
        redialer.ready(connection)
    }

    func receives(_ reception: RTSPReception) {
        onReception(reception)
    }

    func ended(_ end: RTSPClientEnd) {
        onReception(nil)
        var isFailure = true
        let reason: String
        switch end {
        case .ended:
            isFailure = false
            reason = "the server ended the stream"
        case .moved(let session):
            route.follow(session)
            redialer.callAgain("the stream goes on over another connection")
            return
        case .failed(let message): reason = message
        case .refused(let refusal): reason = refusal.explanation
        case .stopped:
            isFailure = false
            reason = "stopped"
        }
        redialer.ended(reason, isFailure: isFailure, with: url.description)
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {
        redialer.unsupportedCodec(name, connection)
    }

    func openPorts(track: Int, peer: IPAddress, _ handler: any RTSPPacketHandler) -> (any RTSPPorts)? {
        try? RTSPDatagramPorts(
            track: track,
            peer: peer,
            handler: handler,
            loop: context.packetLoop,
            allocator: context.ports
        ) { _, _ in }
    }

    func explain(_ error: any Error) -> String { Redialer.explain(error) }
}

extension RTSPClientSession.TransportPreference {
    fileprivate init(_ transport: RTSPTransport) {
        self =
            switch transport {
            case .auto: .automatic
            case .tcp: .tcp
            case .udp: .udp
            }
    }
}
