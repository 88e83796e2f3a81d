import HeadgateTestKit
import MPEGTS
import Media
import Testing

@Suite("Hostile legs of a merged transport stream")
struct TSMergerHostileTests {
    enum Content: CaseIterable {
        /// One packet, over and over: with each third one something seems to be missing.
        case same
        case null
        case alternating
        /// A sync byte and noise.
        case noise
        /// Noise, of which each packet has a PID and a counter of its own.
        case gaps
        /// The tables of a stream and nothing else.
        case tables
        /// Few packets, in any order.
        case shuffled
        case bytes

        func packet(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
            switch self {
            case .same: TestPackets.packet(pid: 0x100, counter: 0)
            case .null: TestPackets.null
            case .alternating: TestPackets.packet(pid: 0x100, counter: number % 2, payload: [UInt8(number % 2)])
            case .noise: [0x47] + generator.bytes(187)
            case .gaps:
                TestPackets.packet(
                    pid: UInt16(number % 8000),
                    counter: number * 7,
                    payload: withUnsafeBytes(of: number) { Array($0) }
                )
            case .tables: TestPackets.packet(pid: UInt16(number % 2), counter: number / 2, starts: true)
            case .shuffled:
                TestPackets.packet(
                    pid: 0x100,
                    counter: Int.random(in: 0..<16, using: &generator),
                    payload: [UInt8.random(in: 0..<9, using: &generator)]
                )
            case .bytes: generator.bytes(188)
            }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var content: Content
        /// Whether both legs carry the same.
        var isSame: Bool
        var tellsLosses: Bool
        var testDescription: String {
            "\(content), \(isSame ? "the same" : "others") on the other leg\(tellsLosses ? ", each after a loss" : "")"
        }
    }

    static let cases = Content.allCases.flatMap { content in
        [(true, false), (true, true), (false, false), (false, true)].map {
            Case(content: content, isSame: $0.0, tellsLosses: $0.1)
        }
    }

    @Test("memory and work are bounded, and each packet is accounted for", arguments: cases)
    func bounded(_ hostile: Case) {
        var generator = SeededGenerator(seed: 9)
        var test = TestMerger()
        let messages = 300
        var mostHeld = 0
        for number in 0..<messages {
            var message: [UInt8] = []
            for leg in MergeLeg.allCases {
                if leg == .first || !hostile.isSame {
                    message = (0..<7).flatMap { hostile.content.packet(number * 7 + $0, &generator) }
                }
                test.receive(bytes: message, on: leg, afterLoss: hostile.tellsLosses, milliseconds: Double(number))
                mostHeld = max(mostHeld, test.merger.heldPackets)
            }
        }
        // What came on both legs within the window.
        #expect(mostHeld <= 2 * 201 * 7)
        #expect(test.merger.reservedBytes <= 2 * 2048 * 188)
        test.tick(milliseconds: 10_000)
        #expect(test.merger.heldPackets == 0)
        #expect(test.merger.deadline == nil)
        #expect(test.counters.delivered == UInt64(test.delivered.count))
        for leg in MergeLeg.allCases {
            let counters = test.merger.counters(of: leg)
            #expect(counters.received == counters.used + counters.duplicates + counters.late + counters.outOfRange)
        }
        #expect(test.first.used + test.second.used == test.counters.delivered)
    }

    @Test("no more packets wait than may, however long the window and however fast they come")
    func mostHeld() {
        var merger = TSMerger(configuration: .init(skewWindow: .seconds(2)))
        var delivered = 0
        let common = (0..<7).map { TestPackets.packet(pid: 0x100, counter: $0, payload: [UInt8($0), 1]) }
        for leg in MergeLeg.allCases {
            Array(common.joined()).withUnsafeBytes {
                merger.receive($0, on: leg, at: .zero) { delivered += $0.count / 188 }
            }
        }
        #expect(delivered == 7)
        var payload = Array((0..<1000).map { TestPackets.packet(pid: 0x1FFF, counter: $0) }.joined())
        for number in 0..<140 {
            payload[4] = UInt8(number)
            payload.withUnsafeBytes {
                merger.receive($0, on: .first, afterLoss: number == 0, at: .zero) { delivered += $0.count / 188 }
            }
            #expect(merger.heldPackets <= TSMerger.maximumHeldPackets)
        }
        #expect(delivered + merger.heldPackets == 140_007)
        #expect(delivered >= TSMerger.maximumHeldPackets)
        #expect(merger.heldPackets == 0)
        #expect(merger.reservedBytes <= 1 << 20)
    }

    @Test(
        "many losses on one leg and none on the other cost no more than a packet's work each"
    )
    func manySegments() {
        var test = TestMerger(skewWindow: .seconds(2))
        let common = (0..<14).map { TestPackets.packet(pid: 0x100, counter: $0, payload: [UInt8($0), 1]) }
        test.receive(common, on: .first)
        test.receive(common.prefix(7), on: .second)
        for number in 0..<4_000 {
            let time = 1 + Double(number) / 4
            let bytes = withUnsafeBytes(of: number) { Array($0) }
            test.receive(
                [TestPackets.packet(pid: 0x101, counter: number, payload: bytes)],
                on: .first,
                afterLoss: true,
                milliseconds: time
            )
            test.receive(
                [TestPackets.packet(pid: 0x102, counter: number, payload: bytes)],
                on: .second,
                afterLoss: number == 0,
                milliseconds: time
            )
        }
        #expect(test.merger.heldPackets == 8_000)
        test.tick(milliseconds: 10_000)
        #expect(test.merger.heldPackets == 0)
        #expect(test.delivered.count >= 4_014)
    }

    @Test("a payload that is no packet, or none at all, changes nothing", arguments: [0, 1, 187])
    func fragments(length: Int) {
        var test = TestMerger()
        test.receive(bytes: Array(repeating: 0x11, count: length), on: .first)
        #expect(test.first.received == 0)
        #expect(test.merger.deadline == nil)
    }
}
