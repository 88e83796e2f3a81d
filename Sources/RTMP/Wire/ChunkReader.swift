package import NIOCore

/// Puts the messages of a connection together from its chunks, RTMP 1.0 §5.3.
///
/// Give it every received buffer with `append`, then take messages until there is none. Payload bytes are copied once,
/// from the received buffer to their message; a message that fills half of a received buffer or more is a slice of it.
/// The memory of a message grows with what came of it. Between messages nothing of a received buffer is held.
///
/// Set Chunk Size and Abort are obeyed here and not passed on; aggregates are passed on as their parts.
package struct ChunkReader: Sendable {
    /// Until the peer sets another, §5.4.1.
    static let initialChunkSize = 128
    /// A message cannot be longer, so neither can a chunk: greater chunk sizes mean the same.
    static let maximumChunkSize = 0xFF_FFFF
    /// How much is reserved at most for a message before it came, and that only when its chunk stream had one as long.
    static let maximumReservedBytes = 65_536
    /// For how many messages at a time that is done.
    static let maximumReservations = 4

    /// May change between messages, such as when a publisher was let in.
    package var limits: ChunkLimits
    /// All bytes that were appended.
    package private(set) var bytesReceived: UInt64
    /// The largest payload of the peer's chunks.
    package private(set) var chunkSize = Self.initialChunkSize
    /// What there is of messages that are not whole yet.
    package private(set) var partialBytes = 0

    private var bytesAcknowledged: UInt64
    private var failure: ChunkError?
    private var input = ByteBuffer()
    /// The beginning of a header that the end of a received buffer cut.
    private var cutHeader = ByteBuffer()
    private var streams: [Stream] = []
    /// The index of the chunk stream whose chunk is under way.
    private var current: Int?
    /// How much of that chunk's payload is to come.
    private var missingOfChunk = 0
    /// How many messages are under way in parts.
    private var partialMessages = 0
    private var aggregate: AggregateReader?

    /// - Parameter bytesReceived: What came before the chunks, for peers that count the handshake.
    package init(limits: ChunkLimits = .default, bytesReceived: UInt64 = 0) {
        self.limits = limits
        self.bytesReceived = bytesReceived
        self.bytesAcknowledged = bytesReceived
    }

    /// The memory behind what is held.
    package var heldCapacity: Int {
        streams.reduce(input.storageCapacity + cutHeader.storageCapacity) { $0 + $1.payload.storageCapacity }
    }

    /// The limit for one message; makes room for other messages under way beside one of that length.
    package var maximumMessageBytes: Int {
        get { limits.maximumMessageBytes }
        set {
            limits.maximumMessageBytes = newValue
            limits.maximumPartialBytes = max(limits.maximumPartialBytes, newValue + newValue / 2)
        }
    }

    /// Takes all readable bytes. If `nextMessage` was not called until it returned nil, they are copied once more.
    package mutating func append(_ bytes: inout ByteBuffer) {
        bytesReceived &+= UInt64(bytes.readableBytes)
        defer { bytes.moveReaderIndex(to: bytes.writerIndex) }
        guard failure == nil else { return }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeImmutableBuffer(bytes)
        }
    }

    /// The next whole message; nil when more bytes are needed. After an error it throws the same again.
    package mutating func nextMessage() throws(ChunkError) -> RTMPMessage? {
        if let failure { throw failure }
        do {
            return try readMessage()
        } catch {
            let limits = limits
            let bytes = (received: bytesReceived, acknowledged: bytesAcknowledged)
            self = Self(limits: limits, bytesReceived: bytes.received)
            bytesAcknowledged = bytes.acknowledged
            failure = error
            throw error
        }
    }

    /// How many bytes to acknowledge, modulo 2^32, when `window` bytes came since the last time, §5.4.3; 0 is never.
    package mutating func acknowledgementDue(window: UInt32) -> UInt32? {
        guard window > 0, bytesReceived &- bytesAcknowledged >= UInt64(window) else { return nil }
        bytesAcknowledged = bytesReceived
        return UInt32(truncatingIfNeeded: bytesReceived)
    }

    private mutating func readMessage() throws(ChunkError) -> RTMPMessage? {
        while true {
            if aggregate != nil {
                if let message = try aggregate?.next() { return message }
                aggregate = nil
            }
            if current == nil {
                guard let header = readHeader() else { return nil }
                try beginChunk(header)
            }
            guard let index = current else { return nil }
            guard let payload = try readPayload(index) else {
                // The chunk or the received buffer is at its end.
                if current != nil { return nil }
                continue
            }
            if let message = try deliver(payload, of: index) { return message }
        }
    }
}

// MARK: - Headers

extension ChunkReader {
    /// Takes the next header; nil when it is not all there.
    private mutating func readHeader() -> ChunkHeader? {
        guard cutHeader.readableBytes == 0 else { return completeHeader() }
        if let header = parseHeader(input) {
            input.moveReaderIndex(forwardBy: header.byteCount)
            return header
        }
        if input.readableBytes > 0 { cutHeader.writeImmutableBuffer(input) }
        input = ByteBuffer()
        return nil
    }

    /// Goes on with a header that began in an earlier buffer.
    private mutating func completeHeader() -> ChunkHeader? {
        while let byte = input.readInteger(as: UInt8.self) {
            cutHeader.writeInteger(byte)
            guard let header = parseHeader(cutHeader) else { continue }
            cutHeader.moveReaderIndex(forwardBy: header.byteCount)
            if cutHeader.readableBytes > 0 {
                // They looked like a repeated extended timestamp at first, but are payload.
                var rest = ByteBufferAllocator().buffer(capacity: cutHeader.readableBytes + input.readableBytes)
                rest.writeImmutableBuffer(cutHeader)
                rest.writeImmutableBuffer(input)
                input = rest
            }
            cutHeader.clear()
            return header
        }
        input = ByteBuffer()
        return nil
    }

    private func parseHeader(_ source: ByteBuffer) -> ChunkHeader? {
        source.withUnsafeReadableBytes { bytes in
            guard var header = ChunkHeader(bytes) else { return nil }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[header.byteCount...])
            if header.format != .none {
                guard header.timestamp == ChunkHeader.extendedTimestampMark else { return header }
                guard rest.count >= 4 else { return nil }
                header.timestamp = UInt32(bigEndian: rest.loadUnaligned(as: UInt32.self))
            } else {
                guard let index = index(of: header.chunkStreamID), streams[index].isExtended else { return header }
                guard let isRepeated = streams[index].isExtendedTimestamp(repeatedIn: rest) else { return nil }
                guard isRepeated else { return header }
            }
            header.isExtended = true
            header.byteCount += 4
            return header
        }
    }

    /// Peers use a handful of chunk streams, so looking through them is the fastest.
    private func index(of identifier: Int) -> Int? {
        streams.indices.first { streams[$0].identifier == identifier }
    }

    private mutating func beginChunk(_ header: ChunkHeader) throws(ChunkError) {
        let index: Int
        if let known = self.index(of: header.chunkStreamID) {
            index = known
        } else {
            // librtmp begins chunk streams with headers that leave out the message stream, which is 0 then.
            guard header.format == .full || header.format == .sameStream else {
                throw .missingHeader(chunkStreamID: header.chunkStreamID)
            }
            guard streams.count < limits.maximumChunkStreams else { throw .tooManyChunkStreams }
            index = streams.count
            streams.append(Stream(identifier: header.chunkStreamID))
        }
        if !streams[index].isReceiving {
            streams[index].begin(header)
            let length = streams[index].messageLength
            guard length <= limits.maximumMessageBytes else { throw .messageTooLarge(length) }
        } else if header.format != .none {
            throw .headerInsideMessage(chunkStreamID: header.chunkStreamID)
        }
        current = index
        missingOfChunk = min(chunkSize, streams[index].messageLength - streams[index].received)
    }
}

// MARK: - Payloads

extension ChunkReader {
    /// Takes what is there of the chunk under way; the payload when its message is whole. `current` is nil afterwards
    /// when the chunk is.
    private mutating func readPayload(_ index: Int) throws(ChunkError) -> ByteBuffer? {
        let length = streams[index].messageLength
        let count = min(missingOfChunk, input.readableBytes)
        if count == length {
            current = nil
            streams[index].longestMessage = max(streams[index].longestMessage, length)
            streams[index].isReceiving = false
            return Self.take(count, from: &input)
        }
        if count > 0 {
            if streams[index].received == 0 { reserve(for: index, atLeast: count) }
            Self.move(count, from: &input, to: &streams[index].payload)
            streams[index].received += count
            partialBytes += count
            missingOfChunk -= count
            guard partialBytes <= limits.maximumPartialBytes else { throw .tooManyPartialBytes }
        }
        if input.readableBytes == 0 { input = ByteBuffer() }
        if missingOfChunk == 0 { current = nil }
        guard streams[index].received == length else { return nil }
        streams[index].longestMessage = max(streams[index].longestMessage, length)
        return endPartialMessage(index)
    }

    /// Reserves for a message that comes in parts: what is there, and more only when a message as long came before.
    private mutating func reserve(for index: Int, atLeast count: Int) {
        partialMessages += 1
        var expected = count
        if partialMessages <= Self.maximumReservations {
            let trusted = min(streams[index].longestMessage, Self.maximumReservedBytes)
            expected = max(count, min(streams[index].messageLength, trusted))
        }
        streams[index].payload = ByteBufferAllocator().buffer(capacity: expected)
    }

    /// Ends a message of which some bytes are there.
    private mutating func endPartialMessage(_ index: Int) -> ByteBuffer {
        partialBytes -= streams[index].received
        partialMessages -= 1
        return streams[index].end()
    }

    private mutating func deliver(_ payload: ByteBuffer, of index: Int) throws(ChunkError) -> RTMPMessage? {
        let message = RTMPMessage(
            type: RTMPMessageType(rawValue: streams[index].messageType),
            streamID: streams[index].messageStreamID,
            timestamp: streams[index].timestamp,
            payload: payload
        )
        switch message.type {
        case .setChunkSize:
            guard let size = payload.getInteger(at: payload.readerIndex, as: UInt32.self) else {
                throw .malformedControl(.setChunkSize)
            }
            guard size > 0, size <= UInt32(Int32.max) else { throw .invalidChunkSize(size) }
            chunkSize = min(Int(size), Self.maximumChunkSize)
            return nil
        case .abort:
            guard let identifier = payload.getInteger(at: payload.readerIndex, as: UInt32.self) else {
                throw .malformedControl(.abort)
            }
            abort(Int(identifier))
            return nil
        case .aggregate:
            aggregate = AggregateReader(message)
            return nil
        default: return message
        }
    }

    /// Forgets what there is of a message whose rest will not come, §5.4.2.
    private mutating func abort(_ identifier: Int) {
        guard let index = index(of: identifier), streams[index].isReceiving else { return }
        if streams[index].received > 0 {
            _ = endPartialMessage(index)
        } else {
            _ = streams[index].end()
        }
    }

    /// `count` bytes, which are there, as a buffer that does not hold on to much more than them.
    static func take(_ count: Int, from source: inout ByteBuffer) -> ByteBuffer {
        guard count > 0 else {
            if source.readableBytes == 0 { source = ByteBuffer() }
            return ByteBuffer()
        }
        if count >= source.storageCapacity / 2, let slice = source.readSlice(length: count) {
            if source.readableBytes == 0 { source = ByteBuffer() }
            return slice
        }
        var copy = ByteBufferAllocator().buffer(capacity: count)
        move(count, from: &source, to: &copy)
        if source.readableBytes == 0 { source = ByteBuffer() }
        return copy
    }

    private static func move(_ count: Int, from source: inout ByteBuffer, to target: inout ByteBuffer) {
        source.readWithUnsafeReadableBytes { bytes in
            target.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }
}
