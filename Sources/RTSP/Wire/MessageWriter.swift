import NIOCore

/// Puts a message into bytes. No text can add a line of its own: line ends in it become spaces.
enum MessageWriter {
    static func write(_ startLine: String, _ headers: RTSPHeaders, _ body: ByteBuffer, into buffer: inout ByteBuffer) {
        write(line: startLine, into: &buffer)
        for field in headers.fields where field.name != .contentLength {
            write(line: "\(field.name.rawValue): \(field.value)", into: &buffer)
        }
        if body.readableBytes > 0 { write(line: "Content-Length: \(body.readableBytes)", into: &buffer) }
        write(line: "", into: &buffer)
        buffer.writeImmutableBuffer(body)
    }

    private static func write(line: String, into buffer: inout ByteBuffer) {
        if line.utf8.contains(where: { $0 == .carriageReturn || $0 == .lineFeed || $0 == 0 }) {
            buffer.writeBytes(
                line.utf8.map { $0 == .carriageReturn || $0 == .lineFeed || $0 == 0 ? UInt8.space : $0 }
            )
        } else {
            buffer.writeString(line)
        }
        buffer.writeString("\r\n")
    }
}
