import HeadgateTestKit
import MPEGTS
import Media
import Testing

@Suite("Merging lossy legs of one transport stream")
struct TSMergerModelTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var content: MergeEncoder.Content
        /// How far the second leg is behind the first, in milliseconds.
        var skew: Double
        var testDescription: String { "\(content), \(skew) ms apart" }
    }

    static let cases = MergeEncoder.Content.allCases.flatMap { content in
        [0.0, 3, 40, 150, -20, -150].map { Case(content: content, skew: $0) }
    }

    @Test("what at least one leg brings comes out once, in order", arguments: cases)
    func exact(_ parameters: Case) {
        for seed in 1...UInt64(2) {
            var generator = SeededGenerator(seed: seed)
            let first = Int.random(in: 1...7, using: &generator) * 188
            check(
                MergeSimulation(
                    packets: MergeEncoder.packets(parameters.content, count: 1500, seed: seed),
                    legs: [
                        .init(delay: max(0, -parameters.skew)),
                        .init(delay: max(0, parameters.skew), messages: (first, 1316)),
                    ],
                    seed: seed
                )
            )
        }
    }

    @Test("messages may begin in the middle of a packet", arguments: MergeEncoder.Content.allCases)
    func unaligned(content: MergeEncoder.Content) {
        check(
            MergeSimulation(
                packets: MergeEncoder.packets(content, count: 1500, seed: 1),
                legs: [.init(delay: 0, messages: (77, 1000)), .init(delay: 30, messages: (1316, 1400))],
                seed: 1
            )
        )
    }

    @Test("messages may be of one packet, and losses many", arguments: MergeEncoder.Content.allCases)
    func singlePackets(content: MergeEncoder.Content) {
        check(
            MergeSimulation(
                packets: MergeEncoder.packets(content, count: 1500, seed: 1),
                legs: [
                    .init(delay: 0, messages: (188, 376), loss: 0.2),
                    .init(delay: 50, messages: (188, 188), loss: 0.2),
                ],
                seed: 1
            )
        )
    }

    @Test("a leg may drift from behind the other to ahead of it, and jump", arguments: MergeEncoder.Content.allCases)
    func drift(content: MergeEncoder.Content) {
        var simulation = MergeSimulation(
            packets: MergeEncoder.packets(content, count: 6000, seed: 1),
            legs: [.init(delay: 60), .init(delay: 0, messages: (564, 1316))],
            seed: 1
        )
        simulation.legs[1].delay = { message in
            Double(abs(message % 240 - 120)) + (message > 500 ? 60 : 0)
        }
        check(simulation)
    }

    @Test("a leg's packets may come in bursts", arguments: MergeEncoder.Content.allCases, [nil, [0.0, -5000]])
    func jitter(content: MergeEncoder.Content, clocks: [Double]?) {
        var simulation = MergeSimulation(
            packets: MergeEncoder.packets(content, count: 1500, seed: 1),
            legs: [.init(delay: 20), .init(delay: 0, messages: (564, 1316))],
            seed: 1
        )
        simulation.clocks = clocks
        simulation.legs[1].delay = { message in Double((message &* 0x9E37_79B9) >> 7 & 0xFF) / 5 }
        check(simulation)
    }

    @Test("where each loss shows by the next counter, counters are enough", arguments: [0.0, 40, -150])
    func countersAlone(skew: Double) {
        for seed in 1...UInt64(3) {
            check(
                MergeSimulation(
                    packets: MergeEncoder.packets(.video, count: 1500, seed: seed),
                    legs: [.init(delay: max(0, -skew)), .init(delay: max(0, skew), messages: (564, 940))],
                    tellsLosses: false,
                    seed: seed
                )
            )
        }
    }

    @Test("where it shows later, what was lost comes behind other PIDs' packets", arguments: [0.0, 40, -150])
    func countersOfPIDs(skew: Double) {
        for seed in 1...UInt64(3) {
            let packets = MergeEncoder.packets(.unpadded, count: 1500, seed: seed)
            let outcome = MergeSimulation(
                packets: packets,
                legs: [.init(delay: max(0, -skew)), .init(delay: max(0, skew), messages: (564, 940))],
                tellsLosses: false,
                seed: seed
            ).run()
            for pid: UInt16 in [0, 0x1000, 0x100, 0x101] {
                #expect(outcome.difference(from: packets, pid: pid) == nil, "seed \(seed), PID \(pid)")
            }
        }
    }

    @Test("while nothing is lost nothing waits, and messages stay whole", arguments: [0.0, 30])
    func lossless(skew: Double) {
        let packets = MergeEncoder.packets(.programme, count: 3003, seed: 1)
        let outcome = MergeSimulation(
            packets: packets,
            legs: [.init(delay: 0, loss: 0), .init(delay: skew, loss: 0)],
            seed: 1
        ).run()
        #expect(outcome.output == packets)
        #expect(outcome.longestRun == 7)
        // The first message of each leg, whose place is to be found.
        #expect(outcome.mostHeld == 0)
        #expect(outcome.merger.counters.lost == 0)
        #expect(outcome.merger.counters(of: .second).duplicates == 3003)
    }

    private func check(_ simulation: MergeSimulation) {
        let outcome = simulation.run()
        #expect(outcome.difference(from: simulation.packets) == nil, "seed \(simulation.seed)")
        #expect(outcome.merger.heldPackets == 0)
        #expect(outcome.merger.counters.delivered == UInt64(outcome.output.count))
        #expect(outcome.merger.counters.restarts == 0)
        for leg in MergeLeg.allCases {
            let counters = outcome.merger.counters(of: leg)
            #expect(counters.received == counters.used + counters.duplicates + counters.late + counters.outOfRange)
            #expect(outcome.merger.isMatched(leg))
        }
    }
}
