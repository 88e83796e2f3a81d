package import NIOCore

/// What a presentation consists of, RFC 8866 (before: RFC 4566), as far as RTSP needs it.
package struct SessionDescription: Hashable, Sendable {
    /// `o=` as it is written: who made the description.
    package var origin: String
    /// `s=`
    package var name: String
    /// `c=` of the session; nil when only the media have one.
    package var connection: String?
    package var attributes: [SDPAttribute]
    package var media: [MediaDescription]

    package init(
        origin: String = "- 0 0 IN IP4 0.0.0.0",
        name: String = "-",
        connection: String? = "IN IP4 0.0.0.0",
        attributes: [SDPAttribute] = [],
        media: [MediaDescription] = []
    ) {
        self.origin = origin
        self.name = name
        self.connection = connection
        self.attributes = attributes
        self.media = media
    }

    /// Where the presentation as a whole is controlled, as it is written.
    package var control: String? {
        get { attributes.value("control") }
        set { attributes.set("control", newValue) }
    }

    /// Which part of the presentation there is.
    package var range: RangeHeader? {
        get { attributes.value("range").map { RangeHeader($0) } }
        set { attributes.set("range", newValue?.description) }
    }

    /// Reads a description. Lines of unknown types, and those of no form at all, are skipped; lines may end with a line
    /// feed alone.
    package init(parsing body: ByteBuffer, limits: SDPLimits = .default) throws(SDPError) {
        guard body.readableBytes <= limits.maximumBytes else { throw .tooLarge }
        self.init(connection: nil)
        var hasLines = false
        let lines = body.readableBytesView.split(separator: .lineFeed, maxSplits: limits.maximumLines)
        guard lines.count <= limits.maximumLines else { throw .tooManyLines }
        for bytes in lines {
            // Control characters are blanks, the carriage return at the end among them, and zeros that some cameras
            // leave.
            let line = String(decoding: bytes.lazy.map { $0 < .space ? .space : $0 }, as: UTF8.self)
            guard line.utf8.count >= 2, line.utf8.dropFirst().first == UInt8(ascii: "="), let type = line.utf8.first
            else { continue }
            hasLines = true
            try read(type, line.dropFirst(2).trimmed, limits)
        }
        guard hasLines else { throw .notADescription }
    }

    private mutating func read(_ type: UInt8, _ value: Substring, _ limits: SDPLimits) throws(SDPError) {
        let last = media.indices.last
        switch type {
        case UInt8(ascii: "m"):
            guard media.count < limits.maximumMedia else { throw .tooManyMedia }
            media.append(try MediaDescription(line: value, limits))
        case UInt8(ascii: "a"):
            let attribute = SDPAttribute(line: value)
            if let last { media[last].attributes.append(attribute) } else { attributes.append(attribute) }
        case UInt8(ascii: "c"):
            if let last { media[last].connection = String(value) } else { connection = String(value) }
        case UInt8(ascii: "b"):
            guard let last, value.begins(ignoringCase: "AS:") else { return }
            media[last].bandwidthKilobits = value.dropFirst(3).trimmed.number()
        case UInt8(ascii: "o"): origin = String(value)
        case UInt8(ascii: "s"): name = String(value)
        default: break
        }
    }

    /// The description as a body.
    package var body: ByteBuffer {
        var buffer = ByteBuffer()
        SDPWriter.write(self, into: &buffer)
        return buffer
    }
}
