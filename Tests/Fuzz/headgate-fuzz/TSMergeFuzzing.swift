import MPEGTS
import Media

/// Two legs' transport streams with all their losses; holds the merge to its bounds. An input is a list of events: a byte
/// that says what happens, and for payloads one that picks the packet.
enum TSMergeFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        var merger = TSMerger()
        var time = MonotonicTime.zero
        var delivered: UInt64 = 0
        var offset = 0
        while offset + 2 <= input.count {
            let (event, pick) = (input[offset], input[offset + 1])
            offset += 2
            let leg: MergeLeg = event & 1 == 0 ? .first : .second
            let passed = { (run: UnsafeRawBufferPointer) in
                precondition(!run.isEmpty && run.count.isMultiple(of: 188), "\(run.count) bytes are no packets")
                delivered += UInt64(run.count / 188)
            }
            switch event >> 1 & 7 {
            case 0: merger.tick(at: time, deliver: passed)
            case 1: merger.reset(leg, at: time, deliver: passed)
            case 2: time = time.advanced(by: .milliseconds(Int64(pick)))
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
                    merger.receive($0, on: leg, afterLoss: event & 16 != 0, at: time, deliver: passed)
                }
            }
            precondition(merger.heldPackets <= 2 * TSMerger.maximumHeldPackets)
            precondition(delivered == merger.counters.delivered, "\(delivered) delivered, \(merger.counters)")
        }
        merger.flush(at: time) { delivered += UInt64($0.count / 188) }
        precondition(merger.deadline == nil)
        precondition(delivered == merger.counters.delivered)
    }

    /// Packets of a stream that repeats every 256; each fourth is stuffing.
    private static func packets(from number: UInt8, count: Int) -> [UInt8] {
        (0..<count).flatMap { offset -> [UInt8] in
            let number = number &+ UInt8(offset)
            let head: [UInt8] = number % 4 == 3 ? [0x47, 0x1F, 0xFF, 0x10] : [0x47, 1, 0, 0x10 | number & 0xF]
            return head + [UInt8](repeating: number % 4 == 3 ? 0xFF : number, count: 184)
        }
    }

    /// Both legs in step, one with a loss; and one behind the other.
    static let seeds: [[UInt8]] = {
        let lossy = (0..<30).flatMap { number -> [UInt8] in
            let pick = UInt8(number * 7)
            return [0xE8, pick] + (number == 9 ? [] : [number == 10 ? 0xF9 : 0xE9, pick])
        }
        let behind = (0..<30).flatMap { number -> [UInt8] in
            [0xE8, UInt8(number * 7)] + (number < 8 ? [] : [0xE9, UInt8((number - 8) * 7)])
        }
        return [lossy, behind + [4, 250, 0, 0]]
    }()
}
