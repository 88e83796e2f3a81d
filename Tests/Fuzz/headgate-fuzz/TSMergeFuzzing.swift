import MPEGTS
import Media

/// Two legs' transport streams with all their losses; holds the merge to its bounds. An input is a list of events: a byte
/// that says what happens, and for payloads one that picks the packet.
enum TSMergeFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        var merger = TSMerger(configuration: .init(skewWindow: .milliseconds(100)))
        var time = MonotonicTime.zero
        var delivered: UInt64 = 0
        var offset = 0
        while offset + 2 <= input.count {
            let (event, pick) = (input[offset], input[offset + 1])
            offset += 2
            let leg: MergeLeg = event & 1 == 0 ? .first : .second
            let passed = { (run: UnsafeRawBufferPointer) in
                precondition(!run.isEmpty && run.count.isMultiple(of: 188), "\(run.count) bytes are no packets")
                for start in stride(from: 0, to: run.count, by: 188) { precondition(run[start] == 0x47) }
                delivered += UInt64(run.count / 188)
            }
            var isSettled = true
            switch event >> 1 & 7 {
            case 0: merger.tick(at: time, deliver: passed)
            case 1: merger.reset(leg, at: time, deliver: passed)
            case 2:
                time = time.advanced(by: .milliseconds(Int64(pick)))
                isSettled = false
            case 3 where offset + Int(pick) <= input.count:
                merger.receive(
                    UnsafeRawBufferPointer(rebasing: input[offset..<offset + Int(pick)]),
                    on: leg,
                    at: time,
                    deliver: passed
                )
                offset += Int(pick)
            default:
                time = time.advanced(by: .microseconds(500))
                packets(from: pick, count: Int(event >> 5)).withUnsafeBytes {
                    let sent = pick % 5 == 0 ? time.advanced(by: .milliseconds(-Int64(pick))) : nil
                    merger.receive($0, on: leg, afterLoss: event & 16 != 0, sent: sent, at: time, deliver: passed)
                }
            }
            check(merger, delivered)
            if isSettled { precondition(merger.deadline.map { $0 > time } ?? true, "\(time) is past the deadline") }
        }
        merger.flush(at: time) { delivered += UInt64($0.count / 188) }
        check(merger, delivered)
        precondition(merger.heldPackets == 0)
    }

    private static func check(_ merger: TSMerger, _ delivered: UInt64) {
        precondition(merger.heldPackets <= 2 * TSMerger.maximumHeldPackets)
        precondition((merger.deadline == nil) == (merger.heldPackets == 0))
        precondition(delivered == merger.counters.delivered, "\(delivered) delivered, \(merger.counters)")
        let legs = MergeLeg.allCases.map(merger.counters(of:))
        precondition(legs[0].used + legs[1].used == delivered, "\(delivered) delivered, \(legs)")
        var waiting = UInt64(merger.heldPackets)
        for leg in legs { waiting += leg.used + leg.duplicates + leg.late + leg.outOfRange }
        precondition(legs[0].received + legs[1].received == waiting, "\(waiting) accounted for, \(legs)")
    }

    /// Packets of a stream that repeats every 256: each fourth is stuffing, each sixteenth begins a table.
    private static func packets(from number: UInt8, count: Int) -> [UInt8] {
        (0..<count).flatMap { offset -> [UInt8] in
            let number = number &+ UInt8(offset)
            let head: [UInt8] =
                switch number % 16 {
                case 3, 7, 11, 15: [0x47, 0x1F, 0xFF, 0x10]
                case 0: [0x47, 0x40, 0, 0x10 | number / 16]
                case 5: [0x47, 1, 1, 0x10 | number / 16]
                default: [0x47, 1, 0, 0x10 | number & 0xF]
                }
            let isRepeated = number % 4 == 3 || number % 16 == 0 || number % 16 == 5
            return head + [UInt8](repeating: isRepeated ? 0xFF : number, count: 184)
        }
    }

    /// Both legs in step, one with a loss; one behind the other, which falls silent; and both with losses, taking turns.
    static let seeds: [[UInt8]] = {
        var (lossy, behind, turns): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        for number in 0..<30 {
            let pick = UInt8(number * 7)
            lossy += [0xE8, pick]
            if number != 9 { lossy += [number == 10 ? 0xF9 : 0xE9, pick] }
            behind += [0xE8, pick]
            if number >= 8 { behind += [0xE9, pick - 56] }
            if number % 4 != 1 { turns += [number % 4 == 2 ? 0xF8 : 0xE8, pick] }
            if number % 3 != 1 { turns += [number % 3 == 2 ? 0xF9 : 0xE9, pick] }
        }
        return [lossy, behind + [4, 250, 0, 0], turns]
    }()
}
