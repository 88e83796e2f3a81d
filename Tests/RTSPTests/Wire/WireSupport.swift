import NIOCore

@testable import RTSP

extension String {
    /// As a peer sends it: line feeds become line ends.
    var wire: String { split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") }
}

/// Feeds bytes in pieces of a length and takes every message out.
func decode(
    _ bytes: [UInt8],
    pieces: Int = .max,
    limits: RTSPWireLimits = .default
) throws(RTSPWireError) -> [RTSPMessage] {
    var decoder = RTSPMessageDecoder(limits: limits)
    var messages: [RTSPMessage] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        var piece = ByteBuffer(bytes: rest.prefix(pieces))
        rest = rest.dropFirst(pieces)
        decoder.append(&piece)
        while let message = try decoder.nextMessage() { messages.append(message) }
    }
    return messages
}

func decode(_ text: String, pieces: Int = .max, limits: RTSPWireLimits = .default) throws(RTSPWireError)
    -> [RTSPMessage]
{
    try decode(Array(text.utf8), pieces: pieces, limits: limits)
}

/// The fields of a message by name, as they were read.
func headers(_ fields: (String, String)...) -> RTSPHeaders {
    RTSPHeaders(fields.map { .init(RTSPHeaderName(rawValue: $0.0), $0.1) })
}

extension RTSPRequest {
    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        write(into: &buffer)
        return Array(buffer.readableBytesView)
    }
}

extension RTSPResponse {
    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        write(into: &buffer)
        return Array(buffer.readableBytesView)
    }
}
