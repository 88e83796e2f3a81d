import Media
import NIOCore
import Testing

@testable import RTP

@Suite("AAC in LATM in RTP")
struct LATMDepacketizerTests {
    /// `StreamMuxConfig` of one program and layer: version 0, so many frames an element, AAC of low complexity with 48 kHz
    /// in stereo, each payload with its length.
    private static func muxBits(frames: Int = 1) -> String {
        "0" + "1" + bits(frames - 1, 6) + "0000" + "000" + "00010" + "0011" + "0010" + "000" + "000" + "11111111" + "0"
            + "0"
    }

    private static let programs = "0" + "1" + "000000" + "0001" + "000"

    private static func bits(_ value: Int, _ count: Int) -> String {
        let digits = String(value, radix: 2)
        return String(repeating: "0", count: count - digits.count) + digits
    }

    private static func bytes(_ bits: String) -> [UInt8] {
        var rest = Substring(bits)
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            let digits = rest.prefix(8)
            rest = rest.dropFirst(8)
            bytes.append(UInt8(digits + String(repeating: "0", count: 8 - digits.count), radix: 2) ?? 0)
        }
        return bytes
    }

    /// An element without the configuration in it.
    private static func element(_ frames: [UInt8]...) -> [UInt8] {
        frames.flatMap { frame in
            [UInt8](repeating: 255, count: frame.count / 255) + [UInt8(frame.count % 255)] + frame
        }
    }

    /// An element that says whether the configuration goes on, or brings one.
    private static func inBandElement(mux: String?, _ frame: [UInt8]) -> [UInt8] {
        bytes((mux.map { "0" + $0 } ?? "1") + element(frame).map { bits(Int($0), 8) }.joined())
    }

    private static func outOfBand(frames: Int = 1) throws -> TestDepacketizer {
        try TestDepacketizer(
            .latm(configuration: ByteBuffer(bytes: bytes(muxBits(frames: frames))), isConfigurationInBand: false),
            clockRate: #require(RTPClockRate(hertz: 48_000))
        )
    }

    private static func inBand() throws -> TestDepacketizer {
        try TestDepacketizer(
            .latm(configuration: nil, isConfigurationInBand: true),
            clockRate: #require(RTPClockRate(hertz: 48_000))
        )
    }

    private static let long = (0..<600).map { UInt8(truncatingIfNeeded: $0) }

    @Test("with the configuration in the session description")
    func outOfBand() throws {
        var test = try Self.outOfBand()
        test.consume([
            TestPayload(Self.element([1, 2, 3]), at: 1, marker: true),
            TestPayload(Self.element(Self.long), at: 1025, marker: true),
        ])
        #expect(test.payloads == [[1, 2, 3], Self.long])
        #expect(test.frames.map(\.timestamp) == [1, 1025])
        #expect(test.configurations.map(\.record) == [AACDepacketizerTests.configuration])
    }

    @Test("with several frames in an element")
    func severalFrames() throws {
        var test = try Self.outOfBand(frames: 3)
        test.consume([TestPayload(Self.element([1], [2, 3], [4]), at: 10, marker: true)])
        #expect(test.payloads == [[1], [2, 3], [4]])
        #expect(test.frames.map(\.timestamp) == [10, 1034, 2058])
    }

    @Test("with the configuration in the elements, from the first of them on")
    func inBand() throws {
        var test = try Self.inBand()
        test.consume([
            TestPayload(Self.inBandElement(mux: nil, [9]), at: 0, marker: true),
            TestPayload(Self.inBandElement(mux: Self.muxBits(), [1, 2]), at: 1024, marker: true),
            TestPayload(Self.inBandElement(mux: nil, [3]), at: 2048, marker: true),
        ])
        #expect(test.payloads == [[1, 2], [3]])
        #expect(test.configurations.map(\.record) == [AACDepacketizerTests.configuration])
    }

    @Test("in fragments, with the marker on the last or none", arguments: [1, 7, 600], [true, false])
    func fragments(pieceBytes: Int, isMarked: Bool) throws {
        var test = try Self.outOfBand()
        let element = Self.element(Self.long)
        for timestamp in [0, 1024] as [UInt32] {
            for start in stride(from: 0, to: element.count, by: pieceBytes) {
                let end = min(start + pieceBytes, element.count)
                test.consume([
                    TestPayload(Array(element[start..<end]), at: timestamp, marker: isMarked && end == element.count)
                ])
            }
        }
        test.consume([], finishes: true)
        #expect(test.payloads == [Self.long, Self.long])
        #expect(test.counters.malformed == 0)
    }

    @Test("of which a fragment is missing is dropped alone", arguments: 0..<3)
    func lostFragment(lost: Int) throws {
        var test = try Self.outOfBand()
        let element = Self.element(Self.long)
        test.consume([TestPayload(Self.element([1]), at: 0, marker: true)])
        for index in 0..<3 where index != lost {
            let piece = Array(element[index * element.count / 3..<(index + 1) * element.count / 3])
            test.consume([TestPayload(piece, at: 1024, marker: index == 2, lostBefore: index == lost + 1)])
        }
        test.consume([TestPayload(Self.element([2]), at: 2048, marker: true, lostBefore: lost == 2)])
        #expect(test.payloads == [[1], [2]])
        #expect(test.counters.broken == 1)
    }

    @Test("that is not to be trusted is counted")
    func hostile() throws {
        var test = try Self.outOfBand()
        test.consume([
            TestPayload([255, 255], at: 0, marker: true), TestPayload([9, 1], at: 1, marker: true),
            TestPayload([0], at: 2, marker: true), TestPayload([], at: 3, marker: true),
        ])
        #expect(test.frames.isEmpty && test.counters.malformed == 2)
        for _ in 0..<40 { test.consume([TestPayload([UInt8](repeating: 255, count: 60_000), at: 4)]) }
        #expect(test.counters.oversized == 1)
        test.consume([TestPayload([1], at: 4, marker: true), TestPayload(Self.element([5]), at: 5, marker: true)])
        #expect(test.payloads == [[5]])
    }

    @Test("of several programs is refused once")
    func unsupported() throws {
        var test = try Self.inBand()
        let element = Self.bytes("0" + Self.programs + Self.bits(0, 64))
        test.consume([TestPayload(element, at: 0, marker: true), TestPayload(element, at: 1, marker: true)])
        #expect(test.unsupported.count == 1)
        #expect(throws: CodecConfigurationError.invalidField) {
            try TestDepacketizer(
                .latm(configuration: ByteBuffer(bytes: Self.bytes(Self.programs)), isConfigurationInBand: false)
            )
        }
        #expect(throws: CodecConfigurationError.truncated) {
            try TestDepacketizer(.latm(configuration: nil, isConfigurationInBand: false))
        }
    }

    @Test("of any bytes does not trap", arguments: [true, false])
    func anyBytes(isInBand: Bool) throws {
        var generator = SeededGenerator(seed: 3)
        var test = isInBand ? try Self.inBand() : try Self.outOfBand()
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
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
