import NIOCore
import RTP
import Testing

@Suite("Packets of RTCP")
struct RTCPPacketTests {
    private static func decode(_ bytes: [UInt8]) throws -> [RTCPPacket] {
        try bytes.withUnsafeBytes { try RTCPPacket.decode($0) }
    }

    private static func bytes(_ words: UInt32...) -> [UInt8] {
        words.flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) }
    }

    private static let block = RTCPReportBlock(
        ssrc: 0x0102_0304,
        fractionLost: 128,
        cumulativeLost: -2,
        highestSequence: 0x0001_FFFF,
        jitter: 77,
        lastSenderReport: 0xABCD_1234,
        delaySinceSenderReport: 65_536
    )
    private static let info = RTCPSenderInfo(
        time: NTPTime(rawValue: 0xE000_0001_8000_0000),
        timestamp: 90_000,
        packetCount: 3,
        byteCount: 4_000
    )

    @Test("are read as the standard writes them")
    func vectors() throws {
        let senderReport = Self.bytes(
            0x81C8_000C,
            0xDEAD_BEEF,
            0xE000_0001,
            0x8000_0000,
            90_000,
            3,
            4_000,
            0x0102_0304,
            0x80FF_FFFE,
            0x0001_FFFF,
            77,
            0xABCD_1234,
            65_536
        )
        let names = Self.bytes(0x82CA_0006, 0xDEAD_BEEF, 0x0103_6140, 0x6200_0000, 7, 0x0602_7878, 0x0101_7A00)
        let goodbye = Self.bytes(0x81CB_0002, 0xDEAD_BEEF, 0x0362_7965)
        let application = Self.bytes(0x80CC_0002, 1, 0x4142_4344)
        let feedback = Self.bytes(0x81CE_0002, 1, 2)
        #expect(
            try Self.decode(senderReport + names + application + feedback + goodbye) == [
                .report(RTCPReport(ssrc: 0xDEAD_BEEF, senderInfo: Self.info, blocks: [Self.block])),
                .sourceDescription([
                    RTCPSourceName(ssrc: 0xDEAD_BEEF, canonicalName: "a@b"),
                    RTCPSourceName(ssrc: 7, canonicalName: "z"),
                ]),
                .other(type: 204), .other(type: 206), .goodbye([0xDEAD_BEEF]),
            ]
        )
        #expect(try Self.decode([]) == [])
        #expect(try Self.decode(Self.bytes(0x80C9_0001, 5)) == [.report(RTCPReport(ssrc: 5))])
        // The last is filled up.
        #expect(try Self.decode(Self.bytes(0xA0C9_0003, 5, 0, 8)) == [.report(RTCPReport(ssrc: 5))])
    }

    @Test("are read again as they were written", arguments: [0, 1, 31], [0, 1, 2, 3, 4, 255])
    func roundTrip(blocks: Int, nameBytes: Int) throws {
        for isSender in [true, false] { try roundTrip(blocks: blocks, nameBytes: nameBytes, isSender: isSender) }
    }

    private func roundTrip(blocks: Int, nameBytes: Int, isSender: Bool) throws {
        let report = RTCPReport(
            ssrc: 9,
            senderInfo: isSender ? Self.info : nil,
            blocks: Array(repeating: Self.block, count: blocks)
        )
        let name = String(repeating: "n", count: nameBytes)
        var buffer = ByteBuffer()
        report.write(canonicalName: name, isLast: true, to: &buffer)
        #expect(buffer.readableBytes.isMultiple(of: 4))
        let source = RTCPSourceName(ssrc: 9, canonicalName: name)
        #expect(
            try Self.decode(Array(buffer.readableBytesView)) == [
                .report(report), .sourceDescription([source]), .goodbye([9]),
            ]
        )
    }

    @Test("have no more blocks and no longer names than their fields can say")
    func fieldLimits() throws {
        var block = Self.block
        block.cumulativeLost = .max
        var buffer = ByteBuffer()
        RTCPReport(ssrc: 1, blocks: Array(repeating: block, count: 40))
            .write(canonicalName: String(repeating: "n", count: 300), to: &buffer)
        block.cumulativeLost = 0x7F_FFFF
        let name = RTCPSourceName(ssrc: 1, canonicalName: String(repeating: "n", count: 255))
        #expect(
            try Self.decode(Array(buffer.readableBytesView)) == [
                .report(RTCPReport(ssrc: 1, blocks: Array(repeating: block, count: 31))), .sourceDescription([name]),
            ]
        )
    }

    @Test(
        "that are not to be trusted are refused",
        arguments: [
            ([0x80, 201, 0], .truncated), (bytes(0x80C9_0002, 5), .truncated), (bytes(0x80C9_0000), .truncated),
            (bytes(0x81C9_0001, 5), .truncated), (bytes(0x80C8_0005, 5, 0, 0, 0, 0), .truncated),
            (bytes(0x9FC8_0006, 5, 0, 0, 0, 0, 0), .truncated), (bytes(0x82CB_0001, 5), .truncated),
            (bytes(0x81CA_0000), .truncated), (bytes(0x81CA_0001, 5), .truncated),
            (bytes(0x81CA_0002, 5, 0x01FF_6161), .truncated), (bytes(0x81CA_0002, 5, 0x0102_6161), .truncated),
            (bytes(0x82CA_0002, 5, 0), .truncated), (bytes(0x40C9_0001, 5), .unsupportedVersion(1)),
            (bytes(0xA0C9_0001, 0), .invalidPadding), (bytes(0xA0C9_0001, 5), .invalidPadding),
            (bytes(0xA0C9_0001, 4), .truncated),
        ] as [([UInt8], RTCPError)]
    )
    func hostile(bytes: [UInt8], error: RTCPError) {
        #expect(throws: error) { try Self.decode(bytes) }
    }

    @Test("are few, and not long")
    func limits() throws {
        let packet = Self.bytes(0x80C9_0001, 5)
        let most = Array(repeatElement(packet, count: RTCPPacket.maximumPackets).joined())
        #expect(try Self.decode(most).count == RTCPPacket.maximumPackets)
        #expect(throws: RTCPError.tooLong) { try Self.decode(most + packet) }
        let words = RTCPPacket.maximumCompoundBytes / 4
        let long = Self.bytes(0x80CC_0000 | UInt32(words - 1)) + [UInt8](repeating: 0, count: 4 * (words - 1))
        #expect(try Self.decode(long) == [.other(type: 204)])
        #expect(throws: RTCPError.tooLong) { try Self.decode(long + [0]) }
    }

    @Test("of any bytes do not trap, nor do cut ones", arguments: [1, 2] as [UInt64])
    func anyBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var buffer = ByteBuffer()
        RTCPReport(ssrc: 9, senderInfo: Self.info, blocks: [Self.block, Self.block])
            .write(canonicalName: "name", isLast: true, to: &buffer)
        let whole = Array(buffer.readableBytesView)
        for length in 0...whole.count { _ = try? Self.decode(Array(whole.prefix(length))) }
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = try? Self.decode(bytes)
        }
    }
}
