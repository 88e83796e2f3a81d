import FlowModel
import FlowPlanner
import NetworkAddress
import RTSP

extension ApplyFailure {
    static let rtspIsOff = ApplyFailure(
        remedy: .configurationChange,
        reason: "ListenerOff",
        message: "the gateway runs with --rtsp off"
    )
}

extension RTSPURL {
    /// The address in a flow file.
    init(address: String) throws(ApplyFailure) {
        do throws(ParseFailure) {
            try self.init(parsing: address)
        } catch {
            throw ApplyFailure(remedy: .configurationChange, reason: "InvalidAddress", message: error.explanation)
        }
    }
}

extension RTSPURL.ParseFailure {
    fileprivate var explanation: String {
        switch self {
        case .tooLong: "the address is longer than 2,048 characters"
        case .notText: "the address holds characters that must be escaped"
        case .unknownScheme: "the address does not begin with rtsp:// or rtsps://"
        case .invalidHost: "the host in the address is not one"
        case .invalidPort: "the port in the address is not one"
        case .invalidCredentials: "the user name or password in the address is not well escaped"
        }
    }
}

extension RTSPCredentials {
    /// Nil when the flow file names neither.
    init?(username: String?, password: Secret?) throws(ApplyFailure) {
        guard username != nil || password != nil else { return nil }
        self.init(username: username ?? "", password: try password?.required("password") ?? "")
    }
}

extension ComponentContext {
    /// Where encoders and players find a stream, on the plain port where there is one.
    func rtspAddress(flow: String, name: String) -> String {
        rtsp.listeners.all.first.map {
            "\($0.scheme)://\(shown(host: $0.endpoint.address, port: $0.endpoint.port))/\(flow)/\(name)"
        } ?? ""
    }
}

extension LegStatus {
    /// What the packets of an RTSP session tell.
    mutating func take(_ figures: RTSPReception.Figures) {
        counters.packetsLost = figures.packetsLost
        counters.packetsDuplicated = figures.packetsDuplicated
        counters.packetsReordered = figures.packetsReordered
        counters.packetsDropped = figures.packetsLate
        counters.packetsRefused = figures.packetsMalformed
    }
}
