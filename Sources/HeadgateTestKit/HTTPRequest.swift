import Foundation
import Glibc

/// One request to a gateway on this machine, blocking; small enough to need no HTTP library in every test.
public enum HTTPRequest {
    public struct Response: Sendable {
        public var status: Int
        public var headers: [String: String]
        public var body: [UInt8]

        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    public struct Malformed: Error {}

    /// Sends the request and reads until the server closes.
    public static func send(
        _ method: String = "GET",
        _ path: String,
        port: UInt16,
        headers: [String: String] = [:]
    ) throws -> Response {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallError("socket") }
        defer { close(descriptor) }
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, length)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, length)
        var address = UDPSocket.loopback(port)
        guard UDPSocket.withSocketAddress(&address, { connect(descriptor, $0, $1) }) == 0 else {
            throw SystemCallError("connect to port \(port)")
        }
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\nContent-Length: 0\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let request = Array((head + "\r\n").utf8)
        guard Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw SystemCallError("send")
        }
        return try parse(readToEnd(descriptor))
    }

    private static func readToEnd(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count >= 0 else { throw SystemCallError("recv") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    static func parse(_ bytes: [UInt8]) throws -> Response {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Malformed() }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { throw Malformed() }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let rest = bytes[end.upperBound...]
        let body = headers["transfer-encoding"] == "chunked" ? try joinChunks(rest) : Array(rest)
        return Response(status: status, headers: headers, body: body)
    }

    private static func joinChunks(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        var rest = bytes
        var body: [UInt8] = []
        while let lineEnd = rest.firstRange(of: Array("\r\n".utf8)) {
            let text = String(decoding: rest[..<lineEnd.lowerBound], as: UTF8.self)
            guard let count = Int(text, radix: 16), count >= 0 else { throw Malformed() }
            if count == 0 { return body }
            let start = lineEnd.upperBound
            guard rest.endIndex - start >= count + 2 else { throw Malformed() }
            body += rest[start..<start + count]
            rest = rest[(start + count + 2)...]
        }
        throw Malformed()
    }
}
