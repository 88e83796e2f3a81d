import Media
import NIOCore
import Testing

@testable import RTP

@Suite("AAC in RTP")
struct AACDepacketizerTests {
    /// Low complexity, 48 kHz, stereo.
    static let configuration = ByteBuffer(bytes: [0x11, 0x90])

    private static func depacketizer(
        layout: AACDepacketizer.HeaderLayout = .init(),
        clockRate: Int = 48_000
    ) throws -> TestDepacketizer {
        try TestDepacketizer(
            .aac(configuration: configuration, layout: layout),
            clockRate: #require(RTPClockRate(hertz: clockRate))
        )
    }

    /// A packet of mode AAC-hbr.
    private static func packet(_ headers: [(size: Int, index: Int)], _ data: [UInt8]) -> [UInt8] {
        let bits = headers.count * 16
        return [UInt8(bits >> 8), UInt8(bits & 0xFF)]
            + headers.flatMap { [UInt8($0.size >> 5), UInt8($0.size << 3 & 0xFF) | UInt8($0.index)] } + data
    }

    private static func frame(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    @Test(
        "comes several frames a packet, a frame's time apart",
        arguments: [(48_000, 1024), (90_000, 1920), (8_000, 171)]
    )
    func severalFrames(clockRate: Int, step: UInt32) throws {
        var test = try Self.depacketizer(clockRate: clockRate)
        let packet = Self.packet([(3, 0), (0, 0), (2, 0)], [1, 2, 3, 4, 5])
        test.consume([TestPayload(packet, at: 100, marker: true), TestPayload(Self.packet([(1, 5)], [6]), at: .max)])
        #expect(test.payloads == [[1, 2, 3], [4, 5], [6]])
        // The empty frame has its time.
        let second = clockRate == 8_000 ? 341 : 2 * step
        #expect(test.frames.map(\.timestamp) == [100, 100 + second, .max])
        #expect(test.configurations == [RTPTrackConfiguration(codec: .aac, record: Self.configuration)])
    }

    @Test("comes in fragments", arguments: [1, 2, 399, 400])
    func fragments(pieceBytes: Int) throws {
        var test = try Self.depacketizer()
        let frame = (0..<800).map { UInt8(truncatingIfNeeded: $0) }
        let pieces = stride(from: 0, to: 800, by: pieceBytes).map { Array(frame[$0..<min($0 + pieceBytes, 800)]) }
        for timestamp in [0, 1024] as [UInt32] {
            test.consume(
                pieces.enumerated().map {
                    TestPayload(Self.packet([(800, 0)], $1), at: timestamp, marker: $0 == pieces.count - 1)
                }
            )
        }
        #expect(test.payloads == [frame, frame])
        #expect(test.counters.broken == 0)
    }

    @Test("in fragments of which one is missing is dropped alone", arguments: 0..<4)
    func lostFragment(lost: Int) throws {
        var test = try Self.depacketizer()
        test.consume([TestPayload(Self.packet([(1, 0)], [1]), at: 0, marker: true)])
        for index in 0..<4 where index != lost {
            let packet = Self.packet([(8, 0)], [2, 2])
            test.consume([TestPayload(packet, at: 1024, marker: index == 3, lostBefore: index == lost + 1)])
        }
        test.consume([
            TestPayload(Self.packet([(1, 0), (1, 0)], [3, 4]), at: 2048, marker: true, lostBefore: lost == 3)
        ])
        #expect(test.payloads == [[1], [3], [4]])
        #expect(test.counters.broken == 1)
    }

    @Test("with another layout of headers is read")
    func otherLayout() throws {
        var test = try Self.depacketizer(layout: .init(sizeLength: 6, indexLength: 2, indexDeltaLength: 0))
        // Sizes 2 and 1 in 6 bits, with an index of 2 bits behind the first.
        test.consume([TestPayload([0, 14, 0b0000_1000, 0b0000_0100, 7, 8, 9], marker: true)])
        #expect(test.payloads == [[7, 8], [9]])
    }

    @Test("that is interleaved is refused, and told once")
    func interleaved() throws {
        var test = try Self.depacketizer()
        let packet = TestPayload(Self.packet([(1, 0), (1, 2)], [1, 2]), marker: true)
        test.consume([packet, packet])
        #expect(test.frames.isEmpty)
        #expect(test.unsupported == ["interleaved AAC"])
        #expect(test.counters.unsupported == 2)
    }

    struct Attack: CustomStringConvertible, Sendable {
        var description: String
        var payload: [UInt8]
        var frames = 0
    }

    private static let attacks: [Attack] = [
        Attack(description: "half a length", payload: [0]),
        Attack(description: "no headers", payload: [0, 0, 1, 2]),
        Attack(description: "headers beyond the packet", payload: [0xFF, 0xFF, 1, 2]),
        Attack(description: "half a header", payload: [0, 8, 1, 2]),
        Attack(description: "a second frame beyond the packet", payload: packet([(1, 0), (2, 0)], [1, 2]), frames: 1),
        Attack(description: "a first frame beyond the packet", payload: packet([(9, 0), (1, 0)], [1, 2])),
    ]

    @Test("that is not to be trusted is counted", arguments: attacks)
    func hostile(attack: Attack) throws {
        var test = try Self.depacketizer()
        test.consume([TestPayload(attack.payload, marker: true)])
        #expect(test.frames.count == attack.frames && test.counters.malformed == 1)
        test.consume([TestPayload(Self.packet([(1, 0)], [6]), at: 1024, marker: true)])
        #expect(test.payloads.last == [6])
    }

    @Test("in fragments that do not fit their size is dropped")
    func fragmentSizes() throws {
        var test = try Self.depacketizer()
        test.consume([
            // Too short, when the marker says that it is whole.
            TestPayload(Self.packet([(9, 0)], [1, 2]), at: 0, marker: true),
            // Another size within a frame.
            TestPayload(Self.packet([(9, 0)], [1, 2]), at: 1), TestPayload(Self.packet([(8, 0)], [1, 2]), at: 1),
            // Another frame before it is whole.
            TestPayload(Self.packet([(9, 0)], [1, 2]), at: 2), TestPayload(Self.packet([(1, 0)], [5]), at: 3),
            // More than the size.
            TestPayload(Self.packet([(3, 0)], [1, 2]), at: 4), TestPayload(Self.packet([(3, 0)], [1, 2]), at: 4),
        ])
        #expect(test.payloads == [[5]])
        #expect(test.counters.broken == 3 && test.counters.malformed == 1)
    }

    @Test("of a size beyond the limit takes no memory")
    func oversized() throws {
        var test = try Self.depacketizer(layout: .init(sizeLength: 32, indexLength: 0, indexDeltaLength: 0))
        for size in [AACDepacketizer.maximumFrameBytes + 1, 0xFFFF_FFFF] {
            let header = [0, 32] + withUnsafeBytes(of: UInt32(size).bigEndian, Array.init)
            test.consume([TestPayload(header + [1], at: UInt32(size)), TestPayload(header + [1], at: UInt32(size))])
        }
        #expect(test.frames.isEmpty && test.counters.oversized == 2)
    }

    @Test("needs a layout and a configuration that can be read")
    func refused() {
        #expect(throws: CodecConfigurationError.invalidField) { try Self.depacketizer(layout: .init(sizeLength: 0)) }
        #expect(throws: CodecConfigurationError.invalidField) { try Self.depacketizer(layout: .init(indexLength: 33)) }
        #expect(throws: CodecConfigurationError.self) {
            try TestDepacketizer(.aac(configuration: ByteBuffer(), layout: .init()))
        }
    }

    @Test("of any bytes does not trap", arguments: [1, 2] as [UInt64])
    func anyBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let layouts: [AACDepacketizer.HeaderLayout] = [
            .init(), .init(sizeLength: 32, indexLength: 32, indexDeltaLength: 0), .init(sizeLength: 1, indexLength: 0),
        ]
        for layout in layouts {
            var test = try Self.depacketizer(layout: layout)
            for _ in 0..<2_000 {
                var bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                if bytes.count > 2 { (bytes[0], bytes[1]) = (0, bytes[1] & 0x7F) }
                test.consume([
                    TestPayload(
                        bytes,
                        at: UInt32.random(in: 0...2, using: &generator),
                        marker: Bool.random(using: &generator),
                        lostBefore: UInt8.random(in: 0...9, using: &generator) == 0
                    )
                ])
            }
            #expect(test.counters.frames == UInt64(test.frames.count))
        }
    }
}
