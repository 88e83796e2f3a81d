import NIOCore

/// Puts a description into lines, in the order that RFC 8866 §5 wants. No text can add a line of its own.
enum SDPWriter {
    static func write(_ description: SessionDescription, into buffer: inout ByteBuffer) {
        write("v", "0", into: &buffer)
        write("o", description.origin, into: &buffer)
        // An empty name is not allowed, and a dash is what says "none".
        write("s", description.name.isEmpty ? "-" : description.name, into: &buffer)
        if let connection = description.connection { write("c", connection, into: &buffer) }
        write("t", "0 0", into: &buffer)
        for attribute in description.attributes { write(attribute, into: &buffer) }
        for media in description.media { write(media, into: &buffer) }
    }

    private static func write(_ media: MediaDescription, into buffer: inout ByteBuffer) {
        let formats = media.formats.joined(separator: " ")
        write("m", "\(media.kind) \(media.port) \(media.transport) \(formats)", into: &buffer)
        if let connection = media.connection { write("c", connection, into: &buffer) }
        if let bandwidth = media.bandwidthKilobits { write("b", "AS:\(bandwidth)", into: &buffer) }
        for attribute in media.attributes { write(attribute, into: &buffer) }
    }

    private static func write(_ attribute: SDPAttribute, into buffer: inout ByteBuffer) {
        write("a", attribute.value.map { "\(attribute.name):\($0)" } ?? attribute.name, into: &buffer)
    }

    private static func write(_ type: String, _ value: String, into buffer: inout ByteBuffer) {
        let bytes = value.utf8.lazy.map { $0 == .carriageReturn || $0 == .lineFeed || $0 == 0 ? UInt8.space : $0 }
        buffer.writeString(type)
        buffer.writeString("=")
        buffer.writeBytes(bytes)
        buffer.writeString("\r\n")
    }
}
