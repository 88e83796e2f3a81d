package import NIOCore

/// Takes the messages of a connection out of its bytes, RFC 2326 §4 and §10.12.
///
/// Give it every received buffer with `append`, then take messages until there is none. Lines may end with a line feed
/// alone, and empty lines before a message are skipped, as some peers send both. Bodies and packets are slices of what
/// was received. Memory follows what came: no length of the peer reserves any.
package struct RTSPMessageDecoder: Sendable {
    /// A message of which the start line was read.
    private struct Head: Sendable {
        var start: StartLine
        var headers = RTSPHeaders()

        func message(body: ByteBuffer) -> RTSPMessage {
            switch start {
            case .request(let method, let uri, let version):
                .request(RTSPRequest(method, uri, version: version, headers: headers, body: body))
            case .response(let version, let status, let reason):
                .response(
                    RTSPResponse(status, reason: reason, version: version, headers: headers, body: body)
                )
            }
        }
    }

    private enum State: Sendable {
        case betweenMessages
        case head(Head)
        case body(Head, byteCount: Int)
        case failed(RTSPWireError)
    }

    private let limits: RTSPWireLimits
    private var input = ByteBuffer()
    /// How much of the input is known to have no line end.
    private var searchedBytes = 0
    private var state = State.betweenMessages
    private var messagesRead: UInt64 = 0

    package init(limits: RTSPWireLimits = .default) {
        self.limits = limits
    }

    /// The number of the message that began and is not whole; nil between messages. For whoever watches how long a peer
    /// takes for one.
    package var messageUnderWay: UInt64? {
        switch state {
        case .betweenMessages: input.readableBytes > 0 ? messagesRead : nil
        case .head, .body: messagesRead
        case .failed: nil
        }
    }

    /// The memory behind what is held.
    package var heldCapacity: Int { input.storageCapacity }

    /// Takes all readable bytes. If `nextMessage` was not called until it returned nil, they are copied once more.
    package mutating func append(_ bytes: inout ByteBuffer) {
        defer { bytes.moveReaderIndex(to: bytes.writerIndex) }
        if case .failed = state { return }
        guard input.readableBytes > 0 else {
            input = bytes
            return
        }
        if input.readerIndex > input.readableBytes { input.discardReadBytes() }
        input.writeImmutableBuffer(bytes)
    }

    /// The next whole message; nil when more bytes are needed. After an error it throws the same again.
    package mutating func nextMessage() throws(RTSPWireError) -> RTSPMessage? {
        do {
            guard let message = try readMessage() else {
                keepRest()
                return nil
            }
            messagesRead &+= 1
            state = .betweenMessages
            return message
        } catch {
            state = .failed(error)
            input = ByteBuffer()
            throw error
        }
    }

    /// Gives back a received buffer of which little is left: it may be much larger, and the next may be read into it.
    private mutating func keepRest() {
        guard input.readableBytes < input.storageCapacity / 2 else { return }
        let rest = input
        input = ByteBufferAllocator().buffer(capacity: rest.readableBytes)
        input.writeImmutableBuffer(rest)
    }

    private mutating func readMessage() throws(RTSPWireError) -> RTSPMessage? {
        while true {
            switch state {
            case .betweenMessages:
                guard let first = skipLineEnds() else { return nil }
                if first == InterleavedFrame.mark { return readFrame().map { .interleaved($0) } }
                guard first.isLetter else { throw .notRTSP }
                guard let line = try readLine() else { return nil }
                state = .head(Head(start: try StartLine(line)))
            case .head(var head):
                guard let line = try readLine() else { return nil }
                guard !line.isEmpty else {
                    let byteCount = try bodyByteCount(head.headers)
                    state = .body(head, byteCount: byteCount)
                    continue
                }
                guard head.headers.fields.count < limits.maximumHeaders else { throw .tooManyHeaders }
                state = .betweenMessages  // so that the list has one owner and grows in place
                try Self.add(line, to: &head.headers)
                state = .head(head)
            case .body(let head, let byteCount):
                return input.readSlice(length: byteCount).map { head.message(body: $0) }
            case .failed(let error): throw error
            }
        }
    }

    /// The first byte of what follows.
    private mutating func skipLineEnds() -> UInt8? {
        while let byte = input.getInteger(at: input.readerIndex, as: UInt8.self) {
            guard byte == .carriageReturn || byte == .lineFeed else { return byte }
            input.moveReaderIndex(forwardBy: 1)
            searchedBytes = 0
        }
        return nil
    }

    private mutating func readFrame() -> InterleavedFrame? {
        let start = input.readerIndex
        guard let length = input.getInteger(at: start + 2, as: UInt16.self),
            input.readableBytes >= InterleavedFrame.headerByteCount + Int(length),
            let channel = input.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        input.moveReaderIndex(forwardBy: InterleavedFrame.headerByteCount)
        return input.readSlice(length: Int(length)).map { InterleavedFrame(channel: channel, payload: $0) }
    }

    /// The next line without its end; nil when it is not all there.
    private mutating func readLine() throws(RTSPWireError) -> String? {
        let searched = searchedBytes
        let length = input.withUnsafeReadableBytes { bytes in
            bytes.dropFirst(searched).firstIndex(of: .lineFeed)
        }
        guard let length else {
            searchedBytes = input.readableBytes
            // The last byte may be the first of the line's end.
            guard searchedBytes <= limits.maximumLineBytes + 1 else { throw .lineTooLong }
            return nil
        }
        searchedBytes = 0
        guard var bytes = input.readSlice(length: length + 1)?.readableBytesView.dropLast() else { return nil }
        if bytes.last == .carriageReturn { bytes = bytes.dropLast() }
        guard bytes.count <= limits.maximumLineBytes else { throw .lineTooLong }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func add(_ line: String, to headers: inout RTSPHeaders) throws(RTSPWireError) {
        guard line.utf8.first?.isBlank != true else { throw .foldedHeader }
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .malformedHeader }
        let name = line[..<colon].trimmed
        guard name.isToken else { throw .malformedHeader }
        headers.add(
            RTSPHeaderName(rawValue: String(name)),
            String(line[line.utf8.index(after: colon)...].trimmed)
        )
    }

    private func bodyByteCount(_ headers: RTSPHeaders) throws(RTSPWireError) -> Int {
        let values = headers.all(.contentLength)
        guard let first = values.first else { return 0 }
        guard let count: Int = first.number(), values.allSatisfy({ $0.number() == count }) else {
            throw .invalidContentLength
        }
        guard count <= limits.maximumBodyBytes else { throw .bodyTooLarge }
        return count
    }
}
