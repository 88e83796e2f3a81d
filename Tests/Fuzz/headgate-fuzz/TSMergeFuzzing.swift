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
    private static func packets(from first: UInt8, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for offset in 0..<count {
            let number = first &+ UInt8(truncatingIfNeeded: offset)
            let isStuffing = number % 4 == 3
            let counter = number & 0xF
            bytes += isStuffing ? [0x47, 0x1F, 0xFF, 0x10] : [0x47, 1, 0, 0x10 | counter]
            bytes += [UInt8](repeating: isStuffing ? 0xFF : number, count: 184)
        }
        return bytes
    }

    /// An event that brings seven packets.
    private static func payload(_ leg: MergeLeg, afterLoss: Bool = false, from first: Int) -> [UInt8] {
        let kind: UInt8 = 7 << 5 | 4 << 1
        return [kind | (leg == .first ? 0 : 1) | (afterLoss ? 16 : 0), UInt8(truncatingIfNeeded: first)]
    }

    /// Both legs in step, one with a loss; and one behind the other.
    static let seeds: [[UInt8]] = {
        var lossy: [UInt8] = []
        var behind: [UInt8] = []
        for number in 0..<30 {
            lossy += payload(.first, from: number * 7)
            if number != 9 { lossy += payload(.second, afterLoss: number == 10, from: number * 7) }
            behind += payload(.first, from: number * 7)
            if number >= 8 { behind += payload(.second, from: (number - 8) * 7) }
        }
        return [lossy, behind + [4, 250, 0, 0]]
    }()
}
