/// Makes the FEC packets that go along with an RTP stream, SMPTE ST 2022-1.
///
/// The matrices are block-aligned: the columns of one all start in its first row. A row's packet is sent right behind the
/// row. The columns' packets are sent during the next matrix, one behind every `rows` media packets, so that they come
/// neither in a burst nor near to what they protect: column c between L and L·D media packets behind its last one.
///
/// All memory is taken at the start. `send` gets whole RTP packets; they are valid during the call.
public struct FECEncoder: Sendable {
    /// Bytes that an FEC packet is longer than the longest media packet that it protects.
    public static let overhead = FECHeader.byteCount
    /// The longest media packet that can be protected, RTP header included.
    public static let maximumMediaBytes = 1500
    /// Dynamic, RFC 3551 §6; what Pro-MPEG senders commonly use.
    public static let defaultPayloadType: UInt8 = 96

    public let matrix: FECMatrix
    /// FEC packets sent.
    public private(set) var sent: UInt64 = 0
    /// Media packets that could not be protected: too long, or not RTP.
    public private(set) var unprotected: UInt64 = 0

    private let ssrc: UInt32
    private let payloadType: UInt8
    private var columnSequence: UInt16
    private var rowSequence: UInt16
    /// The number of the media packet that comes next, nil before the first.
    private var nextSequence: UInt16?
    /// Where in the matrix that is.
    private var index = 0
    /// Two banks of columns, the one that grows and the one that is sent; then the row.
    private var packets: [PacketInProgress]
    private var bytes: [UInt8]
    private var growingBank = 0
    /// Whether the other bank has a matrix to send.
    private var hasBankToSend = false

    private struct PacketInProgress: Sendable {
        var sequenceBase: UInt16 = 0
        var parity = FECParity()
    }

    private static let headerByteCount = RTPHeader.fixedByteCount + FECHeader.byteCount
    private static let slotByteCount = maximumMediaBytes + FECHeader.byteCount

    /// - Parameters:
    ///   - ssrc: of the FEC packets. Receivers tell the streams by their ports; senders commonly use 0.
    ///   - columnSequence: the number of the first column packet, chosen at random by the caller, as is
    ///   - rowSequence: that of the first row packet (RFC 3550 §5.1).
    public init(
        matrix: FECMatrix,
        ssrc: UInt32 = 0,
        payloadType: UInt8 = defaultPayloadType,
        columnSequence: UInt16,
        rowSequence: UInt16
    ) {
        self.matrix = matrix
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.columnSequence = columnSequence
        self.rowSequence = rowSequence
        let packetCount = 2 * matrix.columns + 1
        packets = Array(repeating: PacketInProgress(), count: packetCount)
        bytes = Array(repeating: 0, count: packetCount * Self.slotByteCount)
    }

    /// Takes the media packet that was just sent, and sends the FEC packets that are due behind it: at most one of each
    /// stream.
    ///
    /// - Parameters:
    ///   - head: the packet, or its beginning; with the fixed RTP header.
    ///   - tail: the rest of the packet.
    public mutating func protect(
        _ head: UnsafeRawBufferPointer,
        _ tail: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        send: (FECHeader.Stream, UnsafeRawBufferPointer) -> Void
    ) {
        guard head.count >= RTPHeader.fixedByteCount, head[0] >> 6 == 2,
            head.count + tail.count <= Self.maximumMediaBytes
        else {
            unprotected &+= 1
            return
        }
        let sequence = UInt16(bigEndian: head.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        let timestamp = UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        if sequence != nextSequence { startMatrix() }
        nextSequence = sequence &+ 1

        let (row, column) = index.quotientAndRemainder(dividingBy: matrix.columns)
        if matrix.hasRows {
            add(head, tail, sequence, to: rowIndex)
            if column == matrix.columns - 1 { finish(rowIndex, .row, timestamp, send) }
        }
        if matrix.hasColumns {
            add(head, tail, sequence, to: growingBank * matrix.columns + column)
            let (due, rest) = index.quotientAndRemainder(dividingBy: matrix.rows)
            if hasBankToSend, rest == 0 { finish((1 - growingBank) * matrix.columns + due, .column, timestamp, send) }
        }
        index += 1
        if row == matrix.rows - 1, column == matrix.columns - 1 {
            index = 0
            growingBank = 1 - growingBank
            hasBankToSend = true
        }
    }

    private var rowIndex: Int { 2 * matrix.columns }

    /// Media numbers are not consecutive: what was begun cannot be described by a header, and is dropped.
    private mutating func startMatrix() {
        index = 0
        hasBankToSend = false
        for index in packets.indices { packets[index].parity = FECParity() }
    }

    private mutating func add(
        _ head: UnsafeRawBufferPointer,
        _ tail: UnsafeRawBufferPointer,
        _ sequence: UInt16,
        to place: Int
    ) {
        if packets[place].parity.count == 0 { packets[place].sequenceBase = sequence }
        let start = place * Self.slotByteCount + Self.headerByteCount
        var parity = packets[place].parity
        bytes.withUnsafeMutableBytes { bytes in
            parity.add(head, tail, to: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
        }
        packets[place].parity = parity
    }

    /// Writes the headers before the parity, and hands the packet out.
    private mutating func finish(
        _ place: Int,
        _ stream: FECHeader.Stream,
        _ timestamp: UInt32,
        _ send: (FECHeader.Stream, UnsafeRawBufferPointer) -> Void
    ) {
        let packet = packets[place]
        packets[place].parity = FECParity()
        let header = FECHeader(
            sequenceBase: packet.sequenceBase,
            lengthRecovery: packet.parity.length,
            payloadTypeRecovery: packet.parity.markerAndType & 0x7F,
            timestampRecovery: packet.parity.timestamp,
            stream: stream,
            offset: stream == .column ? UInt8(matrix.columns) : 1,
            count: UInt8(packet.parity.count)
        )
        // RFC 2733 §6.1: the marker, and P, X and CC, are recovery fields; the timestamp is that of sending.
        let rtp = RTPHeader(
            marker: packet.parity.markerAndType & 0x80 != 0,
            payloadType: payloadType,
            sequenceNumber: stream == .column ? columnSequence : rowSequence,
            timestamp: timestamp,
            ssrc: ssrc
        )
        if stream == .column { columnSequence &+= 1 } else { rowSequence &+= 1 }
        sent &+= 1
        let start = place * Self.slotByteCount
        let byteCount = Self.headerByteCount + packet.parity.byteCount
        bytes.withUnsafeMutableBytes { bytes in
            let buffer = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + byteCount])
            rtp.encode(into: buffer)
            buffer[0] |= packet.parity.flags
            header.encode(into: UnsafeMutableRawBufferPointer(rebasing: buffer[RTPHeader.fixedByteCount...]))
            send(stream, UnsafeRawBufferPointer(buffer))
        }
    }
}
