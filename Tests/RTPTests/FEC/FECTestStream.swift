import RTP

/// A media stream with its FEC packets, in the order of sending.
struct FECTestStream {
    enum Packet: Equatable {
        case media([UInt8])
        case fec(FECHeader.Stream, [UInt8])
    }

    var matrix: FECMatrix
    var packets: [Packet] = []
    /// The media packets, by index from the first one.
    var media: [[UInt8]] = []

    init(
        _ columns: Int,
        _ rows: Int,
        _ protection: FECMatrix.Protection = .columnsAndRows,
        start: Int = 100,
        count: Int,
        length: (Int) -> Int = { _ in 200 },
        inTwoPieces: Bool = false
    ) {
        matrix = FECMatrix(columns: columns, rows: rows, protection: protection)!
        var encoder = FECEncoder(matrix: matrix, columnSequence: 65_535, rowSequence: 7)
        for index in 0..<count {
            let packet = Self.packet(start + index, index: index, length: length(index))
            media.append(packet)
            packets.append(.media(packet))
            var sent: [Packet] = []
            packet.withUnsafeBytes { bytes in
                let cut = inTwoPieces ? 12 + index % 3 * 40 : bytes.count
                encoder.protect(
                    UnsafeRawBufferPointer(rebasing: bytes[..<cut]),
                    UnsafeRawBufferPointer(rebasing: bytes[cut...])
                ) { sent.append(.fec($0, Array($1))) }
            }
            packets += sent
        }
    }

    /// A packet whose every byte differs from those of its neighbours.
    static func packet(_ sequence: Int, index: Int, length: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.withUnsafeMutableBytes {
            RTPHeader(
                marker: index % 7 == 3,
                payloadType: 33,
                sequenceNumber: UInt16(truncatingIfNeeded: sequence),
                timestamp: UInt32(truncatingIfNeeded: index &* 3003 &- 20_000),
                ssrc: RTPTestPackets.ssrc
            ).encode(into: $0)
        }
        return bytes + (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index &* 17 &+ 5) }
    }
}

/// A decoder, and what it recovered.
struct TestFECDecoder {
    var decoder = FECDecoder()
    var recovered: [[UInt8]] = []

    var counters: FECDecoderCounters { decoder.counters }

    mutating func receiveMedia(_ bytes: [UInt8]) {
        var packets: [[UInt8]] = []
        bytes.withUnsafeBytes { decoder.receiveMedia($0) { packets.append(Array($0)) } }
        recovered += packets
    }

    mutating func receiveFEC(_ bytes: [UInt8]) {
        var packets: [[UInt8]] = []
        bytes.withUnsafeBytes { decoder.receiveFEC($0) { packets.append(Array($0)) } }
        recovered += packets
    }

    mutating func receive(_ packet: FECTestStream.Packet) {
        switch packet {
        case .media(let bytes): receiveMedia(bytes)
        case .fec(_, let bytes): receiveFEC(bytes)
        }
    }

    /// Takes a stream without the media packets of these indices.
    mutating func receive(_ stream: FECTestStream, without lost: Set<Int>) {
        let gone = Set(lost.map { stream.media[$0] })
        for packet in stream.packets {
            if case .media(let bytes) = packet, gone.contains(bytes) { continue }
            receive(packet)
        }
    }
}
