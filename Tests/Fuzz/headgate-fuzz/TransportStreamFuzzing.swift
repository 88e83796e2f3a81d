import HeadgateTestKit
import MPEGTS
import Media

enum TransportStreamFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        var inspector = TSInspector()
        var aligner = TSAligner()
        var demuxer = TSDemuxer()
        var muxer = TSMuxer()
        func mux(_ event: TSDemuxerEvent) {
            switch event {
            case .track(let track): _ = muxer.setTrack(track)
            case .sample(let sample):
                precondition(sample.decodeTime >= .zero, "a time before the begin")
                muxer.mux(sample)
                muxer.takePackets { precondition($0.count.isMultiple(of: 188)) }
            default: break
            }
        }
        var random = Checksum()
        var rest = UnsafeRawBufferPointer(rebasing: input[...])
        var time = MonotonicTime.zero
        while !rest.isEmpty {
            // Payloads of all lengths, chosen by the content, mostly whole packets.
            let wanted = random.next(rest) & 3 == 0 ? Int(random.value % 1_500) + 1 : 7 * 188
            let payload = UnsafeRawBufferPointer(rebasing: rest.prefix(wanted))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(payload.count))
            time.nanoseconds &+= 2_000_000
            inspector.inspect(payload, at: time)
            demuxer.consume(payload, sink: mux)
            aligner.append(payload) { aligned in
                precondition(aligned.count.isMultiple(of: 188), "not whole packets")
                precondition(stride(from: 0, to: aligned.count, by: 188).allSatisfy { aligned[$0] == 0x47 })
            }
            precondition(aligner.partialByteCount < 188 * 8)
        }
        demuxer.finish(sink: mux)
        _ = inspector.snapshot()
        _ = inspector.sawVideoRandomAccess
    }

    /// Splits the input the same way each time, without spending its bytes on lengths.
    private struct Checksum {
        var value: UInt32 = 0x811c_9dc5

        mutating func next(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
            for byte in bytes.prefix(16) { value = (value ^ UInt32(byte)) &* 0x0100_0193 }
            return value >> 7
        }
    }

    static let seeds: [[UInt8]] = {
        let stream = SyntheticStream()
        let cycle = stream.bytes(from: 0, count: 60)
        // A table that goes over two packets, a bare PCR, scrambled and null packets, and a start within a packet.
        var longSection = Array(cycle[..<376])
        longSection[5] = 0xff
        var scrambled = cycle
        for start in stride(from: 0, to: scrambled.count, by: 188 * 3) { scrambled[start + 3] |= 0xc0 }
        let null: [UInt8] = [0x47, 0x1f, 0xff, 0x10] + Array(repeating: 0xff, count: 184)
        return [cycle, longSection, scrambled, null + null + cycle, Array(cycle.dropFirst(100)), cycle + cycle]
    }()
}
