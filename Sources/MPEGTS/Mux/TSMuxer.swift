public import Media
import NIOCore

/// Turns samples into a transport stream of one program, ISO/IEC 13818-1.
///
/// PAT and PMT come every 100 ms or less and before each keyframe; the clock comes on the PID of the first video track,
/// or of the first track when there is no video, every 40 ms or less, in packets of its own where samples are farther
/// apart. Each sample is a PES packet that begins in a packet of its own, sound too: several frames of AAC in one would
/// save two percent of a stream and hold sound back. So nothing waits in the muxer: a sample's packets are there when it
/// was muxed. `MuxTimeline` says how times are made. The packets gather in one buffer until they are taken; once it has
/// grown, muxing allocates nothing.
public struct TSMuxer: Sendable {
    /// 40 ms of 27 MHz, ETSI TR 101 290 §5.2.2.
    static let maximumClockInterval: Int64 = 40 * 27_000
    /// Tables come before the first clock that is so long after the last ones: with the interval of clocks, 100 ms.
    static let tableInterval: Int64 = 60 * 27_000
    /// The same before a sample that has clocks inside, which leave no room for tables for 30 ms.
    static let tableIntervalBeforeLongUnits: Int64 = 30 * 27_000
    /// Further tracks are left out.
    public static let maximumTracks = 8
    /// How far time stamps lie behind the times of the samples, in ticks of 90 kHz.
    public static let delay = MuxTimeline.delay
    private static let firstPID: UInt16 = 0x100
    /// The memory for an access unit goes back when it is beyond this.
    private static let maximumRetainedBytes = 1 << 20

    /// A PID and what is sent on it. It stays, with its counter, when its track goes.
    private struct Stream {
        let pid: UInt16
        var track: MediaTrack.ID
        /// Nil when the track went.
        var framer: AccessUnitFramer?
        var timing = MuxTimeline.Track()
        /// Of the next packet with a payload.
        var continuity: UInt8 = 0
    }

    private var streams: [Stream] = []
    private var tables = ProgramTableWriter()
    private var buffer = TSPacketBuffer()
    private var timeline = MuxTimeline()
    /// The index of the stream that carries the clock.
    private var clockStream: Int?
    /// Ticks of 27 MHz, unwrapped. Nil when they are to come at once.
    private var lastTables: Int64?
    private var lastClock: Int64?
    /// The next clock tells that it jumped.
    private var isDiscontinuous = false
    /// An access unit as the elementary stream has it; reused.
    private var accessUnit: [UInt8] = []

    public init() {}

    /// Takes up a track, or its new configuration. The PMT gets another version when that changes what it says.
    ///
    /// - Returns: False when a transport stream does not carry the codec, the configuration cannot be read, or there are
    ///   `maximumTracks` already: the track's samples are left out then.
    public mutating func setTrack(_ track: MediaTrack) -> Bool {
        let framer = AccessUnitFramer(track)
        if let index = streams.firstIndex(where: { $0.track == track.id }) {
            streams[index].framer = framer
        } else if framer == nil {
            return false
        } else if streams.count < Self.maximumTracks {
            let pid = Self.firstPID + UInt16(streams.count)
            streams.append(Stream(pid: pid, track: track.id, framer: framer))
        } else if let index = streams.firstIndex(where: { $0.framer == nil }) {
            streams[index].track = track.id
            streams[index].framer = framer
            streams[index].timing = MuxTimeline.Track()
        } else {
            return false
        }
        describeStreams()
        return framer != nil
    }

    /// A track ended.
    public mutating func removeTrack(_ track: MediaTrack.ID) {
        guard let index = streams.firstIndex(where: { $0.track == track }) else { return }
        streams[index].framer = nil
        describeStreams()
    }

    private mutating func describeStreams() {
        clockStream =
            streams.firstIndex { $0.framer?.isVideo ?? false } ?? streams.firstIndex { $0.framer != nil }
        let descriptions = streams.compactMap { stream in
            stream.framer.map {
                StreamDescription(pid: stream.pid, streamType: $0.streamType, descriptors: $0.descriptors)
            }
        }
        let clockPID = clockStream.map { streams[$0].pid } ?? TSPacket.nullPID
        if tables.set(descriptions, clockPID: clockPID) { lastTables = nil }
    }

    /// Appends the packets of a sample. Samples of unknown tracks, broken ones, and those whose times have nothing to do
    /// with the stream's, are left out.
    public mutating func mux(_ sample: MediaSample) {
        guard let index = streams.firstIndex(where: { $0.track == sample.track }),
            let framer = streams[index].framer
        else { return }
        accessUnit.removeAll(keepingCapacity: accessUnit.capacity <= Self.maximumRetainedBytes)
        let isLeading = index == clockStream
        guard framer.frame(sample, into: &accessUnit),
            let placement = timeline.place(sample, track: &streams[index].timing, isLeadingTrack: isLeading)
        else { return }
        if placement.isDiscontinuous {
            isDiscontinuous = true
            lastClock = nil
            lastTables = nil
        }
        advance(to: placement.clock, isLeading: isLeading)
        if lastTables == nil || framer.isVideo && sample.isKeyframe { writeTables(at: placement.clock) }
        if !isLeading, lastClock == nil { writeClock(placement.clock) }
        write(sample, placement, stream: index, framer: framer, carriesClock: isLeading)
    }

    /// PAT and PMT come before the next sample, whatever it is: a segment that is received on its own begins with it.
    public mutating func writeTablesBeforeNextSample() {
        lastTables = nil
    }

    /// Hands over all packets: a whole number of them, back to back. They are forgotten afterwards.
    public mutating func takePackets(_ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.take(body)
    }

    // MARK: Clock and tables

    /// Moves the clock, with clocks of their own, evenly, where it would come too seldom otherwise, and with tables.
    private mutating func advance(to clock: Int64, isLeading: Bool) {
        timeline.clock = clock
        guard let start = lastClock else { return }
        let distance = clock - start
        let steps = (distance + Self.maximumClockInterval - 1) / Self.maximumClockInterval
        if steps > 1 {
            for step in 1..<steps {
                let value = start + distance * step / steps
                writeTablesIfDue(at: value, after: Self.tableInterval)
                writeClock(value)
            }
        }
        guard isLeading, clock > start else { return }
        let isLong = accessUnit.count > TSPacketBuffer.clockSpacing * 176
        writeTablesIfDue(at: clock, after: isLong ? Self.tableIntervalBeforeLongUnits : Self.tableInterval)
    }

    private mutating func writeTablesIfDue(at clock: Int64, after interval: Int64) {
        if let lastTables, clock - lastTables >= interval { writeTables(at: clock) }
    }

    private mutating func writeTables(at clock: Int64) {
        tables.write(to: &buffer)
        lastTables = clock
    }

    private mutating func writeClock(_ clock: Int64) {
        guard let clockStream else { return }
        buffer.appendClock(
            ClockReference(wrapping: clock),
            pid: streams[clockStream].pid,
            continuity: streams[clockStream].continuity,
            isDiscontinuous: isDiscontinuous
        )
        isDiscontinuous = false
        lastClock = clock
    }

    // MARK: PES packets

    private mutating func write(
        _ sample: MediaSample,
        _ placement: MuxTimeline.Placement,
        stream index: Int,
        framer: AccessUnitFramer,
        carriesClock: Bool
    ) {
        let header = PESHeaderBytes(
            streamID: framer.streamID,
            presentation: PESTimestamp(ticks: UInt64(bitPattern: placement.presentation)),
            decoding: placement.presentation == placement.decoding
                ? nil : PESTimestamp(ticks: UInt64(bitPattern: placement.decoding)),
            payloadByteCount: accessUnit.count
        )
        let clock = carriesClock ? unitClock(placement, interval: streams[index].timing.interval) : nil
        let last = accessUnit.withUnsafeBytes { accessUnit in
            buffer.appendUnit(
                header,
                accessUnit,
                pid: streams[index].pid,
                continuity: &streams[index].continuity,
                clock: clock,
                isRandomAccess: sample.isKeyframe && (framer.isVideo || clock?.first != nil),
                isDiscontinuous: isDiscontinuous && clock?.first != nil
            )
        }
        guard let last else { return }
        if clock?.first != nil { isDiscontinuous = false }
        lastClock = last
        timeline.clock = last
    }

    /// The clocks in a sample: one at its beginning, if the clock went on, and others so that the sample's bytes take
    /// three quarters of the time to the next one, as the last interval makes expect, and at most of 40 ms.
    private func unitClock(_ placement: MuxTimeline.Placement, interval: Int64) -> TSPacketBuffer.UnitClock {
        let start = placement.clock
        let end = min(start + min(interval * 300, Self.maximumClockInterval) * 3 / 4, placement.decoding * 300 - 1)
        return TSPacketBuffer.UnitClock(
            first: lastClock.map { start > $0 } ?? true ? start : nil,
            start: start,
            span: max(0, end - start)
        )
    }
}
