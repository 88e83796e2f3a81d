/// One way for the packets of a track, as `Transport` offers it or settles on it, RFC 2326 §12.39.
package struct TransportHeader: Hashable, Sendable {
    package enum LowerTransport: Hashable, Sendable {
        case udp
        case tcp
    }

    package enum Mode: Hashable, Sendable {
        case play
        case record
    }

    package var lowerTransport: LowerTransport
    /// Whether UDP is spelled out, as some clients want it back in the way that they wrote it.
    package var namesUDP = false
    package var isMulticast = false
    package var destination: String?
    package var source: String?
    package var interleaved: RTPChannelPair?
    package var clientPorts: RTPPortPair?
    package var serverPorts: RTPPortPair?
    package var ssrc: UInt32?
    package var mode: Mode?

    package init(_ lowerTransport: LowerTransport) {
        self.lowerTransport = lowerTransport
    }

    /// The alternatives of a header in order; those that are not RTP with the plain profile, or make no sense, are left
    /// out.
    package static func list(_ text: String) -> [TransportHeader] {
        HeaderParameters.split(text, at: UInt8(ascii: ",")).compactMap { TransportHeader($0) }
    }

    private init?(_ text: Substring) {
        var found: TransportHeader?
        let parts = HeaderParameters.split(text, at: UInt8(ascii: ";"))
        // The first part as a rule, but not with every client.
        for part in parts where found == nil { found = Self.specified(part) }
        guard var header = found else { return nil }
        for part in parts {
            let (name, value) = HeaderParameters.pair(part)
            guard header.read(name.lowercased(), value) else { return nil }
        }
        self = header
    }

    private static func specified(_ text: Substring) -> TransportHeader? {
        switch text.uppercased() {
        case "RTP/AVP": return TransportHeader(.udp)
        case "RTP/AVP/UDP":
            var header = TransportHeader(.udp)
            header.namesUDP = true
            return header
        case "RTP/AVP/TCP": return TransportHeader(.tcp)
        default: return nil
        }
    }

    /// - Returns: false when a value that matters cannot be read.
    private mutating func read(_ name: String, _ value: String?) -> Bool {
        switch (name, value) {
        case ("multicast", _): isMulticast = true
        // Present without a value, or empty: said nothing.
        case ("destination", let value?): destination = value.isEmpty ? nil : value
        case ("source", let value?): source = value.isEmpty ? nil : value
        case ("client_port", let value?):
            clientPorts = RTPPortPair(value)
            return clientPorts != nil
        case ("server_port", let value?):
            serverPorts = RTPPortPair(value)
            return serverPorts != nil
        // Channels that make no sense are chosen anew.
        case ("interleaved", let value?): interleaved = RTPChannelPair(value)
        // Cameras write it with blanks in front, short of digits, or in decimal digits that are too many.
        case ("ssrc", let value?): ssrc = value.trimmed.number(radix: 16)
        case ("mode", let value?):
            switch value.trimmed.lowercased() {
            case "play": mode = .play
            case "record", "receive": mode = .record
            default: break
            }
        default: break
        }
        return true
    }
}

extension TransportHeader: CustomStringConvertible {
    /// As it is written.
    package var description: String {
        var text = lowerTransport == .tcp ? "RTP/AVP/TCP" : namesUDP ? "RTP/AVP/UDP" : "RTP/AVP"
        text += isMulticast ? ";multicast" : ";unicast"
        if let destination { text += ";destination=\(destination)" }
        if let source { text += ";source=\(source)" }
        if let interleaved { text += ";interleaved=\(interleaved)" }
        if let clientPorts { text += ";client_port=\(clientPorts)" }
        if let serverPorts { text += ";server_port=\(serverPorts)" }
        if let ssrc {
            let digits = String(ssrc, radix: 16, uppercase: true)
            text += ";ssrc=" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
        }
        switch mode {
        case .play: text += ";mode=play"
        case .record: text += ";mode=record"
        case nil: break
        }
        return text
    }
}
