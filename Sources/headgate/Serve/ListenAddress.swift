import NetworkAddress

/// Where a listener binds: `HOST:PORT`, `[V6]:PORT`, `PORT`, or `off`.
enum ListenAddress: Hashable, Sendable {
    case off
    case on(host: IPAddress, port: UInt16)

    /// - Parameter defaultHost: taken when the text names only a port.
    init?(_ text: String, defaultHost: IPAddress) {
        if text == "off" {
            self = .off
            return
        }
        if let port = UInt16(text) {
            self = .on(host: defaultHost, port: port)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        if host == "localhost" {
            self = .on(host: IPAddress(v4: 0x7f00_0001), port: port)
            return
        }
        guard let address = host.isEmpty ? defaultHost : IPAddress(String(host)) else { return nil }
        self = .on(host: address, port: port)
    }

    var port: UInt16? {
        guard case .on(_, let port) = self else { return nil }
        return port
    }

    /// Nil when it is off.
    var endpoint: IPEndpoint? {
        guard case .on(let host, let port) = self else { return nil }
        return IPEndpoint(address: host, port: port)
    }
}
