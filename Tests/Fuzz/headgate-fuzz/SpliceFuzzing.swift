import HeadgateTestKit
import MPEGTS
import Media

/// The input is payloads of several sources, each behind two bytes: which source, what happens to it, and how long it is.
enum SpliceFuzzing {
    private struct Source {
        var inspector = TSInspector()
        var recent = RecentPackets()
    }

    static func run(_ input: UnsafeRawBufferPointer) {
        var sources = Array(repeating: Source(), count: 3)
        var splice = TSSplice()
        var active = 0
        var time = MonotonicTime(nanoseconds: 1_000_000_000)
        var sent = 0
        func send(_ batch: PacketBatch) {
            for payload in batch.payloads { sent &+= payload.count }
        }
        var offset = 0
        while offset + 2 <= input.count {
            let word = Int(input[offset]) << 8 | Int(input[offset + 1])
            let end = min(input.count, offset + 2 + word & 0x07ff)
            let payload = UnsafeRawBufferPointer(rebasing: input[min(offset + 2, end)..<end])
            offset = max(end, offset + 2)
            let index = word >> 14 % sources.count
            time.nanoseconds &+= Int64(word >> 11 & 3) * 40_000_000
            switch word >> 13 & 1 {
            case 1 where index != active:
                splice.leave(active, sources[active].inspector)
                active = index
            case 1:
                splice.leave(index, sources[index].inspector)
                sources[index].inspector.restart()
                sources[index].recent.removeAll(keepingBeginning: splice.isInterrupted(index))
            default: break
            }
            withUnsafePointer(to: payload) { payload in
                let batch = PacketBatch(payloads: UnsafeBufferPointer(start: payload, count: 1), arrival: time)
                sources[index].inspector.inspect(batch)
                guard index == active else {
                    sources[index].recent.append(payload.pointee, sources[index].inspector, at: time)
                    return
                }
                splice.consume(
                    batch,
                    from: index,
                    sources[index].inspector,
                    recent: &sources[index].recent,
                    send: send
                )
            }
            _ = splice.takeSeam()
        }
        for _ in 0..<1_000 { splice.tick(at: time, send: send) }
        // Nothing is left behind.
        var rest = 0
        splice.tick(at: time) { batch in rest &+= batch.byteCount }
        precondition(rest == 0, "\(rest) bytes wait after \(sent) went out")
    }

    static let seeds: [[UInt8]] = {
        let streams = [SyntheticStream(), SyntheticStream(identifier: 2, bitrate: 1_000_000)]
        /// Seven packets from `first` on of a source, `steps` times 40 ms later; `turns` makes the source the active one.
        func payload(_ source: Int, _ first: UInt64, steps: Int = 1, turns: Bool = false) -> [UInt8] {
            let bytes = streams[source % 2].bytes(from: first, count: 7)
            let word = source << 14 | (turns ? 1 << 13 : 0) | steps << 11 & 0x1800 | bytes.count
            return [UInt8(word >> 8), UInt8(word & 0xff)] + bytes
        }
        var alternating: [UInt8] = []
        for number in UInt64(0)..<12 {
            alternating += payload(0, number * 7, turns: number == 8)
            alternating += payload(1, 5_000 + number * 7, turns: number == 4)
        }
        var again: [UInt8] = []
        for number in UInt64(0)..<6 { again += payload(0, number * 7) }
        again += payload(0, 0, turns: true)
        again += payload(0, 7)
        var same: [UInt8] = []
        for number in UInt64(0)..<8 {
            same += payload(0, number * 7)
            same += payload(2, number * 7, turns: number == 5)
        }
        return [alternating, again, same]
    }()
}
