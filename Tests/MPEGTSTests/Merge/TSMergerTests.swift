import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

/// An encoder's packets: tables that repeat, pictures, sound, and stuffing that is all the same.
struct MergeTestStream {
    let packets: [[UInt8]]
    /// The number of the first packet of all with these bytes.
    private var first: [[UInt8]: Int] = [:]

    /// The stream by numbers, which say the same as the packets, and more when something is wrong.
    func numbers(_ packets: some Sequence<[UInt8]>) -> [Int] { packets.map { first[$0] ?? -1 } }

    init(_ count: Int, seed: UInt64, stuffing: Int = 20) {
        var random = SeededGenerator(seed: seed)
        var counters: [UInt16: UInt8] = [:]
        packets = (0..<count).map { number in
            let pid: UInt16 =
                if number % 40 == 0 {
                    0
                } else if number % 40 == 1 {
                    0x1000
                } else if Int.random(in: 0..<100, using: &random) < stuffing {
                    TSPacket.nullPID
                } else {
                    number % 5 == 0 ? 0x101 : 0x100
                }
            let counter = counters[pid, default: 0]
            if pid != TSPacket.nullPID { counters[pid] = (counter + 1) & 0xF }
            let head = [0x47, UInt8(pid >> 8), UInt8(pid & 0xFF), 0x10 | counter]
            let repeats = pid == TSPacket.nullPID || pid == 0 || pid == 0x1000
            return head + (repeats ? [] : random.bytes(8)) + [UInt8](repeating: 0xFF, count: repeats ? 184 : 176)
        }
        for (number, packet) in packets.enumerated() where first[packet] == nil { first[packet] = number }
    }
}

/// A merger, what it passed on, and a leg's messages.
struct TestTSMerger {
    var merger = TSMerger()
    private(set) var output: [[UInt8]] = []

    mutating func receive(
        _ packets: ArraySlice<[UInt8]>,
        on leg: MergeLeg,
        afterLoss: Bool = false,
        at milliseconds: Double
    ) {
        var passed: [[UInt8]] = []
        let bytes = packets.flatMap { $0 }
        bytes.withUnsafeBytes {
            merger.receive($0, on: leg, afterLoss: afterLoss, at: Self.time(milliseconds)) {
                passed += Self.packets($0)
            }
        }
        output += passed
    }

    mutating func tick(at milliseconds: Double) {
        var passed: [[UInt8]] = []
        merger.tick(at: Self.time(milliseconds)) { passed += Self.packets($0) }
        output += passed
    }

    mutating func reset(_ leg: MergeLeg, at milliseconds: Double) {
        var passed: [[UInt8]] = []
        merger.reset(leg, at: Self.time(milliseconds)) { passed += Self.packets($0) }
        output += passed
    }

    private static func packets(_ run: UnsafeRawBufferPointer) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        TSPacket.forEach(in: run) { packets.append(Array($0.bytes)) }
        return packets
    }

    static func time(_ milliseconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(milliseconds * 1_000_000))
    }
}

@Suite("Merging transport streams by content")
struct TSMergerTests {
    private let stream = MergeTestStream(2_000, seed: 1)

    /// Holds the output to the packets of one stream, and of another one behind it.
    private func check(_ test: TestTSMerger, is expected: some Sequence<[UInt8]>, of stream: MergeTestStream? = nil) {
        let stream = stream ?? self.stream
        #expect(stream.numbers(test.output) == stream.numbers(expected))
    }

    @Test("In step nothing waits: each packet goes out with the leg that has it first")
    func inStep() {
        var test = TestTSMerger()
        for start in stride(from: 0, to: 700, by: 7) {
            test.receive(stream.packets[start..<start + 7], on: .first, at: Double(start))
            #expect(test.output.count == start + 7)
            if start >= 70 { test.receive(stream.packets[start - 70..<start - 63], on: .second, at: Double(start)) }
            #expect(test.output.count == start + 7)
        }
        check(test, is: stream.packets.prefix(700))
        #expect(test.merger.counters(of: .second).duplicates == 630)
        #expect(test.merger.counters(of: .second).used == 0)
        #expect(test.merger.skew(at: TestTSMerger.time(700))?.nanoseconds ?? 0 > 50_000_000)
        #expect(test.merger.heldPackets == 0)
    }

    @Test("What came on either leg goes out once, in order, whatever either lost", arguments: 0..<24)
    func losses(_ seed: UInt64) {
        let stream = MergeTestStream(2_100, seed: seed + 100, stuffing: Int(seed % 3) * 15)
        var random = SeededGenerator(seed: seed * 7 + 1)
        var messages: [(time: Double, leg: MergeLeg, range: Range<Int>, afterLoss: Bool)] = []
        var arrived = [Bool](repeating: false, count: stream.packets.count)
        for leg in MergeLeg.allCases {
            let delay = Double.random(in: 0..<150, using: &random)
            // The legs need not cut the stream alike.
            var start = leg == .second && seed % 2 == 1 ? 3 : 0
            var afterLoss = false
            while start + 7 <= stream.packets.count {
                let isSpared = start < 210 || start > stream.packets.count - 70
                if !isSpared, Int.random(in: 0..<10, using: &random) == 0 {
                    afterLoss = true
                } else {
                    messages.append((Double(start) + delay, leg, start..<start + 7, afterLoss))
                    for index in start..<start + 7 { arrived[index] = true }
                    afterLoss = false
                }
                start += 7
            }
        }
        messages.sort { $0.time < $1.time }
        var test = TestTSMerger()
        for message in messages {
            test.tick(at: message.time)
            test.receive(stream.packets[message.range], on: message.leg, afterLoss: message.afterLoss, at: message.time)
        }
        test.tick(at: 10_000)
        // The leg that comes first may begin later in the stream than the other one.
        let begin = messages[0].range.lowerBound
        let expected = stream.packets.indices.filter { arrived[$0] && $0 >= begin }.map { stream.packets[$0] }
        // How much stuffing stood where both legs lost something cannot be told by its content.
        let stuffing = stream.numbers([[0x47, 0x1F, 0xFF, 0x10] + [UInt8](repeating: 0xFF, count: 184)])
        let (output, wanted) = (stream.numbers(test.output), stream.numbers(expected))
        #expect(output.filter { !stuffing.contains($0) } == wanted.filter { !stuffing.contains($0) })
        #expect(abs(output.count - wanted.count) <= 2)
        if seed % 3 == 0 { #expect(output == wanted) }
    }

    @Test("When a leg dies, the other goes on where the stream ended, also when it was behind")
    func death() {
        var test = TestTSMerger()
        for start in stride(from: 0, to: 1_400, by: 7) {
            if start < 700 { test.receive(stream.packets[start..<start + 7], on: .first, at: Double(start)) }
            if start == 700 { test.reset(.first, at: 700) }
            if start >= 140 { test.receive(stream.packets[start - 140..<start - 133], on: .second, at: Double(start)) }
        }
        check(test, is: stream.packets.prefix(1_260))
    }

    @Test("A leg that comes back is found by its content, ahead of the other or behind it", arguments: [-140, 0, 140])
    func comesBack(_ lead: Int) {
        var test = TestTSMerger()
        for start in stride(from: 0, to: 1_750, by: 7) {
            test.receive(stream.packets[start..<start + 7], on: .first, at: Double(start))
            let other = start + lead
            if start == 350 { test.reset(.second, at: 350) }
            if other >= 0, start < 350 || start > 700 {
                test.receive(stream.packets[other..<other + 7], on: .second, at: Double(start))
            }
        }
        #expect(test.merger.isMatched(.second))
        check(test, is: stream.packets.prefix(1_750 + max(0, lead)))
    }

    @Test("Another stream is not mixed in; it takes over when the first one is gone")
    func different() {
        let other = MergeTestStream(2_000, seed: 2)
        var test = TestTSMerger()
        for start in stride(from: 0, to: 1_400, by: 7) {
            if start < 700 { test.receive(stream.packets[start..<start + 7], on: .first, at: Double(start)) }
            test.receive(other.packets[start..<start + 7], on: .second, at: Double(start))
            test.tick(at: Double(start))
            if start == 693 {
                check(test, is: stream.packets.prefix(700))
                #expect(!test.merger.isMatched(.second))
            }
        }
        test.tick(at: 3_000)
        let taken = test.output.dropFirst(700)
        #expect(stream.numbers(test.output.prefix(700)) == stream.numbers(stream.packets.prefix(700)))
        #expect(taken.count >= 700)
        #expect(other.numbers(taken) == other.numbers(other.packets.prefix(1_400).suffix(taken.count)))
    }

    @Test("A loss that nobody told of is seen by the continuity counters")
    func untold() {
        let stream = MergeTestStream(700, seed: 3, stuffing: 0)
        var test = TestTSMerger()
        for start in stride(from: 0, to: 700, by: 7) {
            if start != 350 { test.receive(stream.packets[start..<start + 7], on: .first, at: Double(start)) }
            if start >= 70 { test.receive(stream.packets[start - 70..<start - 63], on: .second, at: Double(start)) }
        }
        check(test, is: stream.packets, of: stream)
        #expect(test.merger.counters.gaps == 0)
    }

    @Test("What came on neither leg is passed over when the window is over, and told")
    func gap() {
        var test = TestTSMerger()
        test.receive(stream.packets[0..<7], on: .first, at: 0)
        test.receive(stream.packets[0..<7], on: .second, at: 10)
        test.receive(stream.packets[14..<21], on: .first, afterLoss: true, at: 10)
        #expect(test.output.count == 7 && test.merger.heldPackets == 7)
        #expect(test.merger.deadline == TestTSMerger.time(210))
        test.tick(at: 209)
        #expect(test.output.count == 7)
        test.tick(at: 210)
        #expect(test.output.count == 14)
        #expect(test.merger.counters.gaps == 1)
        #expect(test.merger.deadline == nil)
    }

    @Test("Both legs start another stream: it goes on with that")
    func restart() {
        let other = MergeTestStream(700, seed: 9).packets
        var test = TestTSMerger()
        for start in stride(from: 0, to: 700, by: 7) {
            for leg in MergeLeg.allCases { test.receive(stream.packets[start..<start + 7], on: leg, at: Double(start)) }
        }
        for start in stride(from: 0, to: 700, by: 7) {
            for leg in MergeLeg.allCases { test.receive(other[start..<start + 7], on: leg, at: Double(start + 700)) }
        }
        test.tick(at: 5_000)
        check(test, is: stream.packets.prefix(700) + other)
    }

    @Test("Stuffing alone, and noise, cost bounded memory and time")
    func hostile() {
        let null = MergeTestStream(1, seed: 1, stuffing: 0).packets.map { _ in
            [0x47, 0x1F, 0xFF, 0x10] + [UInt8](repeating: 0xFF, count: 184)
        }
        let stuffing = Array(repeating: null[0], count: 7)
        var random = SeededGenerator(seed: 5)
        var test = TestTSMerger()
        for number in 0..<3_000 {
            let time = Double(number)
            test.receive(stuffing[...], on: .first, at: time)
            let noise = (0..<7).map { _ in [0x47] + random.bytes(11) + [UInt8](repeating: 0, count: 176) }
            test.receive(noise[...], on: .second, at: time)
            test.tick(at: time)
            #expect(test.merger.heldPackets <= 2 * 7 * 201)
        }
        #expect(test.merger.reservedBytes < 8 << 20)
    }
}
