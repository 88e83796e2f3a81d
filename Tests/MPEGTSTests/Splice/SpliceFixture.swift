import Media

@testable import MPEGTS

/// A stream with its moments of arrival, and what else it takes to send it through a splice.
struct SplicedStream {
    var units: [(milliseconds: Int64, bytes: [UInt8])] = []
    var inspector = TSInspector()
    var recent = RecentPackets()
    private(set) var next = 0

    /// A picture every 40 ms, sound every 21.3 ms.
    ///
    /// - Parameters:
    ///   - start: when the first arrives, in milliseconds.
    ///   - ticks: the first decode time.
    ///   - groupLength: pictures from one keyframe to the next.
    init(
        startingAt start: Int64 = 0,
        ticks: Int64,
        seconds: Int64 = 4,
        tracks: [MediaTrack]? = nil,
        groupLength: Int = 25,
        keyframeOffset: Int = 0,
        isReordered: Bool = false
    ) throws {
        var muxer = TSMuxer()
        for track in try tracks ?? [MuxFixture.videoTrack, MuxFixture.audioTrack] { _ = muxer.setTrack(track) }
        let end = ticks + seconds * 90_000
        let pictures = stride(from: ticks, to: end, by: 3_600).enumerated().map { index, time in
            let isKeyframe = (index + keyframeOffset).isMultiple(of: groupLength) || index == 0
            return MuxFixture.picture(
                time,
                byteCount: isKeyframe ? 20_000 : 3_000,
                isKeyframe: isKeyframe,
                offset: isReordered ? Self.composition(atPlace: (index + keyframeOffset) % groupLength) : 0
            )
        }
        let sounds = stride(from: ticks, to: end, by: 1_920).map { MuxFixture.sound($0) }
        for sample in MuxFixture.interleaved(pictures + sounds) {
            muxer.mux(sample)
            var bytes: [UInt8] = []
            muxer.takePackets { bytes.append(contentsOf: $0) }
            units.append((start + (sample.decodeTime.ticks - ticks) / 90, bytes))
        }
    }

    /// Two of three pictures are B-frames; a group of 3n + 1 of them is shown from its first to its last.
    private static func composition(atPlace place: Int) -> Int64 {
        place == 0 ? 3_600 : place % 3 == 1 ? 10_800 : 0
    }

    /// The clock by so many milliseconds earlier: from a multiplexer with more delay.
    func withClock(earlierBy milliseconds: Int64) -> SplicedStream {
        var copy = self
        copy.units = units.map { unit in
            var bytes = unit.bytes
            bytes.withUnsafeMutableBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: TSPacket.byteCount) {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                    guard let clock = TSPacket(rest)?.clockReference, let base = bytes.baseAddress else { continue }
                    clock.advanced(bySigned: -27_000 * milliseconds).write(to: base + start + TSPacket.clockOffset)
                }
            }
            return (unit.milliseconds, bytes)
        }
        return copy
    }

    /// The same packets, later.
    func delayed(by milliseconds: Int64) -> SplicedStream {
        var copy = self
        copy.units = units.map { ($0.milliseconds + milliseconds, $0.bytes) }
        return copy
    }

    /// The same on other PIDs.
    func moved(by offset: UInt16) -> SplicedStream {
        var copy = self
        copy.units = units.map { unit in
            var bytes: [UInt8] = []
            for start in stride(from: 0, to: unit.bytes.count, by: 188) {
                var packet = Array(unit.bytes[start..<start + 188])
                let pid = UInt16(packet[1] & 0x1F) << 8 | UInt16(packet[2])
                let counter = Int(packet[3] & 0xF)
                switch pid {
                case 0:
                    packet =
                        TestPackets.packets(of: TestPackets.pat([(1, 0x1000 + offset)]), pid: 0, counter: counter)[0]
                case 0x1000:
                    let map = TestPackets.pmt(
                        clockPID: 0x100 + offset,
                        [(0x1B, 0x100 + offset, []), (0x0F, 0x101 + offset, [])]
                    )
                    packet = TestPackets.packets(of: map, pid: 0x1000 + offset, counter: counter)[0]
                default:
                    packet[1] = packet[1] & 0xE0 | UInt8((pid + offset) >> 8)
                    packet[2] = UInt8(truncatingIfNeeded: pid + offset)
                }
                bytes += packet
            }
            return (unit.milliseconds, bytes)
        }
        return copy
    }

    var all: [UInt8] { units.flatMap(\.bytes) }

    mutating func takeNext(before milliseconds: Int64) -> (milliseconds: Int64, bytes: [UInt8])? {
        guard next < units.count, units[next].milliseconds < milliseconds else { return nil }
        defer { next += 1 }
        return units[next]
    }
}

/// Sends streams through a splice as a flow's hub does: the active one passes, the others are kept.
struct SpliceDriver {
    var streams: [SplicedStream]
    var splice = TSSplice()
    private(set) var active: Int?
    private(set) var output: [UInt8] = []
    /// When the bytes up to here had gone out.
    private(set) var progress: [(milliseconds: Int64, byteCount: Int)] = []
    private(set) var seams: [TSSplice.Seam] = []

    /// Of the datagrams; 1,316 are whole packets.
    private let payloadByteCount: Int
    /// What waits to fill a datagram, of each stream.
    private var waiting: [[UInt8]]

    init(_ streams: SplicedStream..., payloadByteCount: Int = 1_316) {
        self.streams = streams
        self.payloadByteCount = payloadByteCount
        waiting = streams.map { _ in [] }
    }

    /// What arrives before `milliseconds`, in order, with `active` passing.
    mutating func run(_ active: Int?, until milliseconds: Int64) {
        if let former = self.active, active != former { splice.leave(former, streams[former].inspector) }
        self.active = active
        while true {
            let pending = streams.indices.compactMap { index -> (Int, Int64)? in
                let stream = streams[index]
                guard stream.next < stream.units.count else { return nil }
                return (index, stream.units[stream.next].milliseconds)
            }
            guard let (index, time) = pending.min(by: { $0.1 < $1.1 }), time < milliseconds,
                let unit = streams[index].takeNext(before: milliseconds)
            else { return }
            send(unit.bytes, of: index, at: MonotonicTime(nanoseconds: time * 1_000_000), time)
        }
    }

    /// The source's peer went and came back.
    mutating func reconnect(_ index: Int, as stream: SplicedStream) {
        splice.leave(index, streams[index].inspector)
        var stream = stream
        stream.inspector = streams[index].inspector
        stream.inspector.restart()
        stream.recent.removeAll(keepingBeginning: splice.isInterrupted(index))
        streams[index] = stream
    }

    private mutating func send(_ bytes: [UInt8], of index: Int, at now: MonotonicTime, _ milliseconds: Int64) {
        var received: [UInt8] = []
        var bytes = bytes
        if !payloadByteCount.isMultiple(of: TSPacket.byteCount) {
            // As a sender does that fills its datagrams whatever is in them.
            waiting[index] += bytes
            let whole = waiting[index].count / payloadByteCount * payloadByteCount
            bytes = Array(waiting[index].prefix(whole))
            waiting[index].removeFirst(whole)
        }
        bytes.withUnsafeBytes { bytes in
            let payloads = stride(from: 0, to: bytes.count, by: payloadByteCount).map {
                UnsafeRawBufferPointer(rebasing: bytes[$0..<min($0 + payloadByteCount, bytes.count)])
            }
            payloads.withUnsafeBufferPointer { payloads in
                let batch = PacketBatch(payloads: payloads, arrival: now)
                streams[index].inspector.inspect(batch)
                guard index == active else {
                    for payload in payloads { streams[index].recent.append(payload, streams[index].inspector, at: now) }
                    return
                }
                splice.consume(batch, from: index, streams[index].inspector, recent: &streams[index].recent) { batch in
                    for payload in batch.payloads { received += payload }
                }
            }
        }
        output += received
        progress.append((milliseconds, output.count))
        if let seam = splice.takeSeam() { seams.append(seam) }
    }

    mutating func drain(at milliseconds: Int64) {
        var received: [UInt8] = []
        for _ in 0..<200 {
            splice.tick(at: MonotonicTime(nanoseconds: milliseconds * 1_000_000)) { batch in
                for payload in batch.payloads { received += payload }
            }
        }
        output += received
    }
}
