import HLS
import NetworkAddress
import Synchronization

/// The streams of the flows' `hls` outputs, by flow: what the gateway's HTTP server hands out below `/hls/`.
final class HLSStreams: Sendable {
    private struct State {
        var endpoint: IPEndpoint?
        var streams: [String: HLSStream] = [:]
    }

    private let state: Mutex<State>
    /// Of the addresses: `http`, or `https`.
    let scheme: String
    /// Requests of all streams that wait for something to come.
    let heldRequests = HeldRequests()

    /// - Parameters:
    ///   - endpoint: where HTTP is served; nil when it is not.
    ///   - isSecured: whether that is with TLS.
    init(endpoint: IPEndpoint?, isSecured: Bool = false) {
        scheme = isSecured ? "https" : "http"
        state = Mutex(State(endpoint: endpoint))
    }

    /// Where HTTP is served; nil when it is not.
    var endpoint: IPEndpoint? { state.withLock { $0.endpoint } }

    func listens(on endpoint: IPEndpoint) {
        state.withLock { $0.endpoint = endpoint }
    }

    func add(_ stream: HLSStream, ofFlow flow: String) {
        state.withLock { $0.streams[flow] = stream }
    }

    /// Has no effect when another stream took its place.
    func remove(_ stream: HLSStream, ofFlow flow: String) {
        state.withLock { state in
            if state.streams[flow] === stream { state.streams[flow] = nil }
        }
    }

    func answer(_ name: String, query: String, ofFlow flow: String, to remote: String) async -> HLSDelivery {
        guard let stream = state.withLock({ $0.streams[flow] }) else { return .notFound }
        let request: HLSRequest
        do throws(HLSRequestError) {
            request = try HLSRequest(name: name, query: query)
        } catch {
            switch error {
            case .unknownName: return .notFound
            case .badDirective: return .badRequest
            }
        }
        return await stream.answer(request, to: remote)
    }
}
