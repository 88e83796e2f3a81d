import Delivery
import FlowPlanner
import Media
import NIOCore
import RTMP
import Synchronization

extension RTMPFanOut: AwaitedFanOut {}

extension Redialer {
    /// Keeps one stream running with an RTMP server elsewhere.
    ///
    /// - Parameter onEvent: called on an event loop; must not block.
    convenience init(
        _ url: RTMPURL,
        stream: RTMPClientHandler.Stream,
        context: ComponentContext,
        onEvent: @escaping @Sendable (Redialer.Event) -> Void
    ) {
        let route = RTMPRoute(url)
        var fanOut: RTMPFanOut?
        if case .publish(let published) = stream { fanOut = published }
        let isPlayed = fanOut == nil
        self.init(
            eventLoops: context.eventLoops,
            tls: context.tls,
            sending: fanOut,
            target: { redialer in
                let target = route.take()
                return Target(
                    host: target.host,
                    port: target.port,
                    isSecured: target.scheme == .rtmps,
                    name: target.description,
                    bufferLimits: RTMPServerHandler.bufferLimits
                ) {
                    RTMPClientHandler(
                        url: target,
                        stream: stream,
                        delegate: RTMPAttempt(route, redialer, isPlayed: isPlayed)
                    )
                }
            },
            onEvent: onEvent
        )
    }
}

/// Where an RTMP server is to be found: redirects lead elsewhere, for one attempt each.
final class RTMPRoute: Sendable {
    /// Redirects in a row.
    static let redirectLimit = 3

    private struct State {
        var redirect: RTMPURL?
        var redirects = 0
    }

    let url: RTMPURL
    private let state = Mutex(State())

    init(_ url: RTMPURL) {
        self.url = url
    }

    /// Where the next attempt goes.
    func take() -> RTMPURL {
        state.withLock { state in
            if state.redirect == nil { state.redirects = 0 }
            return state.redirect.take() ?? url
        }
    }

    /// - Returns: Why the redirect is not followed; nil when the next attempt does.
    func follow(_ target: RTMPURL) -> String? {
        state.withLock { state in
            guard state.redirects < Self.redirectLimit else { return "the servers redirect in a circle" }
            guard target.scheme == .rtmps || url.scheme == .rtmp else {
                return "the server redirects from rtmps to rtmp, which is not encrypted"
            }
            state.redirects += 1
            state.redirect = target
            return nil
        }
    }
}

/// One connection to an RTMP server: tells how it fared.
private final class RTMPAttempt: RTMPClientDelegate {
    private let route: RTMPRoute
    private let redialer: Redialer
    private let isPlayed: Bool

    init(_ route: RTMPRoute, _ redialer: Redialer, isPlayed: Bool) {
        self.route = route
        self.redialer = redialer
        self.isPlayed = isPlayed
    }

    func ready(_ connection: PeerConnection) {
        // A server says so of a stream that nobody publishes as well.
        if !isPlayed { redialer.ready(connection) }
    }

    func mediaArrives(_ connection: PeerConnection) {
        redialer.ready(connection)
    }

    func ended(_ end: RTMPClientEnd) {
        var reason = Self.clause(end)
        if case .redirected(let target) = end {
            guard let problem = route.follow(target) else {
                redialer.callAgain(reason)
                return
            }
            reason = problem
        }
        redialer.ended(reason, isFailure: end != .ended, with: route.url.description)
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {
        redialer.unsupportedCodec(name, connection)
    }

    func explain(_ error: any Error) -> String { Redialer.explain(error) }

    private static func clause(_ end: RTMPClientEnd) -> String {
        switch end {
        case .ended: "the server ended the stream"
        case .redirected: "the server asks to go elsewhere"
        case .failed(let message): message
        case .refused(let refusal): refusal.explanation
        case .stopped: "stopped"
        }
    }
}
