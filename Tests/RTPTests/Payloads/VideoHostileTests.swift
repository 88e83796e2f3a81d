import Media
import NIOCore
import Testing

@testable import RTP

@Suite("Video in RTP that is not to be trusted")
struct VideoHostileTests {
    private typealias Units = TestUnits

    struct Attack: CustomStringConvertible, Sendable {
        var description: String
        var payloads: [[UInt8]]
        var malformed: UInt64 = 1
    }

    private static let attacks264: [Attack] = [
        Attack(description: "a fragment without start", payloads: [[0x7C, 0x05, 1, 2]]),
        Attack(description: "an end without start", payloads: [[0x7C, 0x45, 1, 2]]),
        Attack(description: "a fragment that is cut off", payloads: [[0x7C]]),
        Attack(description: "a fragment without bytes", payloads: [[0x7C, 0x85]]),
        Attack(description: "a start without end", payloads: [[0x7C, 0x85, 0x88, 0x84], Units.idr]),
        Attack(description: "two starts", payloads: [[0x7C, 0x85, 0x88], [0x7C, 0x85, 0x88], [0x7C, 0x45, 0x84]]),
        Attack(description: "fragments of an aggregation", payloads: [[0x7C, 0x98, 0, 1, 0x65]]),
        Attack(description: "fragments of fragments", payloads: [[0x7C, 0xDC, 0x85, 1]]),
        Attack(description: "an aggregation beyond the packet", payloads: [[0x78, 0, 9, 0x65]]),
        Attack(description: "an aggregation with half a length", payloads: [[0x78, 0, 1, 0x06, 0]]),
        Attack(description: "an aggregation of aggregations", payloads: [[0x78, 0, 3, 0x78, 0, 0]]),
        Attack(description: "an aggregation of empty units", payloads: [[0x78, 0, 0, 0, 0]], malformed: 0),
        Attack(description: "a slice without header", payloads: [[0x65]]),
        Attack(description: "a slice that does not start a picture", payloads: [Units.rest]),
        Attack(description: "a sequence parameter set of nothing", payloads: [[0x67]]),
    ]

    @Test("is counted, passed on to nobody, and forgotten: H.264", arguments: attacks264)
    func h264(attack: Attack) throws {
        var test = try TestDepacketizer(.h264(parameterSets: Units.sets))
        test.consume([TestPayload(Units.idr, marker: true)])
        test.consume(attack.payloads.map { TestPayload($0, at: 1) } + [TestPayload(Units.message, at: 2)])
        #expect(test.frames.count == 1)
        #expect(test.counters.malformed == attack.malformed)
        test.consume([TestPayload(Units.idr, at: 3, marker: true)])
        #expect(test.frames.map(\.timestamp) == [0, 3])
    }

    private static let attacks265: [Attack] = [
        Attack(description: "half a header", payloads: [[0x02]]),
        Attack(description: "a fragment without start", payloads: [[0x62, 1, 0x13, 1, 2]]),
        Attack(description: "a fragment that is cut off", payloads: [[0x62, 1, 0x93]]),
        Attack(description: "fragments of fragments", payloads: [[0x62, 1, 0xF1, 1, 2]]),
        Attack(description: "an aggregation beyond the packet", payloads: [[0x60, 1, 0xFF, 0xFF, 0x26]]),
        Attack(description: "an aggregation of aggregations", payloads: [[0x60, 1, 0, 3, 0x60, 1, 0]]),
        Attack(description: "an aggregation of nothing", payloads: [[0x60, 1]], malformed: 0),
        Attack(description: "a start without end", payloads: [[0x62, 1, 0x93, 0xAF], Units.idr265]),
    ]

    @Test("is counted, passed on to nobody, and forgotten: H.265", arguments: attacks265)
    func h265(attack: Attack) throws {
        var test = try TestDepacketizer(.h265(parameterSets: Units.sets265))
        test.consume([TestPayload(Units.idr265, marker: true)])
        test.consume(attack.payloads.map { TestPayload($0, at: 1) } + [TestPayload([0x4E, 1, 5, 0x80], at: 2)])
        #expect(test.frames.count == 1)
        #expect(test.counters.malformed == attack.malformed)
        test.consume([TestPayload(Units.idr265, at: 3, marker: true)])
        #expect(test.frames.map(\.timestamp) == [0, 3])
    }

    @Test("does not grow beyond the limit of an access unit", arguments: [true, false])
    func oversized(isFragmented: Bool) throws {
        var test = try TestDepacketizer(.h264(parameterSets: Units.sets))
        let slice = Units.rest + [UInt8](repeating: 0x55, count: 60_000)
        let piece = isFragmented ? [0x7C, 0x05] + slice : slice
        let count = AccessUnitAssembler.maximumBytes / slice.count
        test.consume([TestPayload(isFragmented ? [0x7C, 0x85] + Units.idr.dropFirst() : Units.idr)])
        for _ in 0..<count + 100 { test.consume([TestPayload(piece)]) }
        #expect(test.counters.oversized == 1)
        test.consume([TestPayload(isFragmented ? [0x7C, 0x45, 1] : Units.rest, marker: true)])
        test.consume([TestPayload(Units.idr, at: 1, marker: true)])
        #expect(test.frames.map(\.timestamp) == [1])
        #expect(test.counters.oversized == 1 && test.counters.broken == 0 && test.counters.malformed == 0)
    }

    @Test("may be as long as the limit of an access unit")
    func longest() throws {
        var test = try TestDepacketizer(.h264(parameterSets: Units.sets))
        let count = AccessUnitAssembler.maximumBytes - 4
        let unit = Units.idr + [UInt8](repeating: 0x55, count: count - Units.idr.count)
        test.consume([TestPayload(unit, at: 1, marker: true)])
        #expect(test.frames.map(\.payload.readableBytes) == [AccessUnitAssembler.maximumBytes])
        test.consume([TestPayload(unit + [0], at: 2, marker: true)])
        #expect(test.frames.count == 1 && test.counters.oversized == 1)
    }

    @Test("of any bytes does not trap", arguments: [1, 2, 3, 4] as [UInt64])
    func anyBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var test264 = try TestDepacketizer(.h264(parameterSets: Units.sets), recovery: .nextPicture)
        var test265 = try TestDepacketizer(.h265(parameterSets: Units.sets265), recovery: .nextPicture)
        let starts: [UInt8] = [0x65, 0x41, 0x67, 0x68, 0x78, 0x7C, 0x7D, 0x26, 0x02, 0x42, 0x60, 0x62, 0x06]
        for _ in 0..<5_000 {
            var bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if !bytes.isEmpty, Bool.random(using: &generator) {
                bytes[0] = starts[Int.random(in: 0..<starts.count, using: &generator)]
            }
            let payload = TestPayload(
                bytes,
                at: UInt32.random(in: 0...3, using: &generator),
                marker: Bool.random(using: &generator),
                lostBefore: UInt8.random(in: 0...9, using: &generator) == 0
            )
            test264.consume([payload])
            test265.consume([payload])
        }
        test264.consume([], finishes: true)
        test265.consume([], finishes: true)
        for payload in test264.payloads + test265.payloads {
            payload.withUnsafeBytes { bytes in
                var units = NALUnits(bytes, lengthSize: 4)
                while units.next() != nil {}
                #expect(!units.isBroken && !bytes.isEmpty)
            }
        }
    }
}
