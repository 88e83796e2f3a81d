import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import RTMP

extension ApplyFailure {
    static let rtmpIsOff = ApplyFailure(
        remedy: .configurationChange,
        reason: "ListenerOff",
        message: "the gateway runs with --rtmp off"
    )
}

extension RTMPURL {
    /// The address in a flow file with the stream key beside it; without a key the address's last part is the stream.
    init(address: String, streamKey: Secret?) throws(ApplyFailure) {
        let key = try streamKey?.required("stream key")
        do throws(ParseFailure) {
            try self.init(parsing: address, key: key)
        } catch {
            throw ApplyFailure(remedy: .configurationChange, reason: "InvalidAddress", message: error.explanation)
        }
    }

    private init(parsing address: String, key: String?) throws(ParseFailure) {
        if let key { try self.init(parsing: address, streamName: key) } else { try self.init(parsing: address) }
    }
}

extension RTMPURL.ParseFailure {
    fileprivate var explanation: String {
        switch self {
        case .tooLong: "the address is longer than 1,024 characters"
        case .notText: "the address holds characters that must be escaped"
        case .unknownScheme: "the address does not begin with rtmp:// or rtmps://"
        case .invalidHost: "the host in the address is not one"
        case .invalidPort: "the port in the address is not one"
        case .missingApplication: "the address names no application: rtmp://HOST/APPLICATION"
        }
    }
}

extension ComponentContext {
    /// Where encoders and players find a flow, on the plain port where there is one; without a key, three asterisks
    /// stand for it.
    func rtmpAddress(flow: String, key: String = "***") -> String {
        rtmpAddresses(flow: flow, key: key).first ?? ""
    }

    /// Every place with its key, on each port that listens.
    var rtmpStreamAddresses: [StreamAddress] {
        rtmp.keys.flatMap { place in
            rtmpAddresses(flow: place.flow, key: place.key).map {
                StreamAddress(flow: place.flow, component: place.component, address: $0)
            }
        }
    }

    private func rtmpAddresses(flow: String, key: String) -> [String] {
        rtmp.listeners.all.map {
            "\($0.scheme)://\(shown(host: $0.endpoint.address, port: $0.endpoint.port))/\(flow)/\(key)"
        }
    }
}
