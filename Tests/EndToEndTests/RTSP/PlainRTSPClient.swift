import HeadgateTestKit

/// An RTSP client that says what the test wants, word for word.
final class PlainRTSPClient {
    struct Response {
        var status: Int
        var headers: [String: String]
        var text: String

        /// The server's UDP ports.
        var serverPorts: [UInt16] {
            let parameter = headers["transport"]?.split(separator: ";").first { $0.hasPrefix("server_port=") } ?? ""
            return parameter.drop { $0 != "=" }.dropFirst().split(separator: "-").compactMap { UInt16($0) }
        }
    }

    let connection: TCPConnection
    private var received: [UInt8] = []
    private var lastCSeq = 0

    init(to port: UInt16) throws {
        connection = try TCPConnection(to: port)
    }

    /// Sends a request and waits for its response.
    func ask(_ method: String, _ uri: String, _ headers: [String] = [], body: String = "") throws -> Response {
        lastCSeq += 1
        var lines = ["\(method) \(uri) RTSP/1.0", "CSeq: \(lastCSeq)"] + headers
        if !body.isEmpty { lines += ["Content-Type: application/sdp", "Content-Length: \(body.utf8.count)"] }
        try connection.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        return try response()
    }

    /// The next response; packets before it are passed over.
    func response() throws -> Response {
        while true {
            if let response = take() { return response }
            let more = try connection.receive()
            guard !more.isEmpty else { throw DeadlineExceeded(description: "the connection was closed") }
            received += more
        }
    }

    private func take() -> Response? {
        while received.first == UInt8(ascii: "$"), received.count >= 4 {
            let length = 4 + Int(received[2]) << 8 + Int(received[3])
            guard received.count >= length else { return nil }
            received.removeFirst(length)
        }
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let text = String(decoding: received[..<end.lowerBound], as: UTF8.self)
        let lines = text.split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let bodyLength = headers["content-length"].flatMap { Int($0) } ?? 0
        guard received.count >= end.upperBound + bodyLength else { return nil }
        let body = String(decoding: received[end.upperBound..<end.upperBound + bodyLength], as: UTF8.self)
        received.removeFirst(end.upperBound + bodyLength)
        return Response(
            status: lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0,
            headers: headers,
            text: text + "\n" + body
        )
    }
}
