/// One `m=` section of a description, RFC 8866 §5.14.
package struct MediaDescription: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable {
        case sendReceive = "sendrecv"
        case sendOnly = "sendonly"
        case receiveOnly = "recvonly"
        case inactive
    }

    /// `video`, `audio` or whatever else it may be.
    package var kind: String
    /// 0 as a rule: RTSP settles the ports.
    package var port: UInt16
    package var transport: String
    /// Payload types as they are written.
    package var formats: [String]
    package var connection: String?
    /// `b=AS:`
    package var bandwidthKilobits: UInt32?
    package var attributes: [SDPAttribute]

    package init(
        kind: String,
        port: UInt16 = 0,
        transport: String = "RTP/AVP",
        formats: [String] = [],
        attributes: [SDPAttribute] = []
    ) {
        self.kind = kind
        self.port = port
        self.transport = transport
        self.formats = formats
        self.attributes = attributes
    }

    init(line: Substring, _ limits: SDPLimits) throws(SDPError) {
        let words = line.split(maxSplits: limits.maximumFormats + 3, whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count >= 3 else { throw .malformedMedia }
        guard words.count <= limits.maximumFormats + 3 else { throw .tooManyFormats }
        // Several ports are written with a slash and their number.
        let port = words[1].prefix { $0 != "/" }
        self.init(
            kind: words[0].lowercased(),
            port: port.number() ?? 0,
            transport: String(words[2]),
            formats: words.dropFirst(3).map { String($0) }
        )
    }

    /// Where this track is controlled, as it is written; nil when it is not said.
    package var control: String? {
        get { attributes.value("control") }
        set { attributes.set("control", newValue) }
    }

    /// As the maker of the description sees it. Cameras call what they send `recvonly`, as the client does with it,
    /// and a channel back to them `sendonly`, as ONVIF has it.
    package var direction: Direction? {
        attributes.lazy.compactMap { Direction(rawValue: $0.name.lowercased()) }.first
    }

    /// What `a=rtpmap` says of a payload type.
    package func rtpMap(_ payloadType: UInt8) -> RTPMap? {
        value("rtpmap", of: payloadType).flatMap { RTPMap($0) }
    }

    /// What `a=fmtp` says of a payload type; empty when it says nothing.
    package func formatParameters(_ payloadType: UInt8) -> FormatParameters {
        FormatParameters(value("fmtp", of: payloadType) ?? "")
    }

    /// What follows the payload type in an attribute.
    private func value(_ name: String, of payloadType: UInt8) -> Substring? {
        for attribute in attributes where attribute.name.equals(ignoringCase: name) {
            guard let value = attribute.value else { continue }
            let end = value.utf8.firstIndex(where: \.isBlank) ?? value.endIndex
            if value[..<end].number(as: UInt8.self) == payloadType { return value[end...].trimmed }
        }
        return nil
    }
}
