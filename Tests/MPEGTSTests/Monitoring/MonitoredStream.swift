import Media

@testable import MPEGTS

/// A stream of a constant rate without a fault, 10 packets every 10 ms, whose packets tests leave out or change on the
/// way to an inspector.
struct MonitoredStream {
    /// What the stream consists of.
    enum Part: Hashable, CaseIterable {
        case pat, pmt, clock, video, videoTime, audio, audioTime
    }

    static let stepMilliseconds = 10
    static let packetsPerStep = 10
    static let ticksPerPacket: UInt64 = 27_000
    static let bitrate: Int64 = 1_504_000
    static let (videoPID, audioPID, mapPID): (UInt16, UInt16, UInt16) = (0x100, 0x101, 0x1000)

    var inspector = TSInspector()
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    /// What is left out.
    var without: Set<Part> = []
    /// Changes what is sent next.
    var edit: (inout [[UInt8]]) -> Void = { _ in }
    /// Added to the next clock, in ticks of 27 MHz, and to all from now on.
    var clockError: Int64 = 0
    var clockOffset: UInt64 = 1_000_000_000
    var announcesClock = false
    /// Null packets that fill each step up; nil to the constant rate.
    var padding: Int?
    var isScrambled = false
    var streams: [(type: UInt8, pid: UInt16, descriptors: [UInt8])] = [
        (0x1B, videoPID, []), (0x0F, audioPID, []),
    ]
    private var step = 0
    private var counters: [UInt16: Int] = [:]

    var snapshot: TSSnapshot { inspector.snapshot() }
    var faults: TSFaults { snapshot.faults }

    init() {}

    /// Sends so much of the stream, at the pace of its clock.
    mutating func run(milliseconds: Int) {
        for _ in 0..<milliseconds / Self.stepMilliseconds {
            var packets = nextStep()
            edit(&packets)
            let bytes = Array(packets.joined())
            bytes.withUnsafeBytes { inspector.inspect($0, at: now) }
            pause(milliseconds: Self.stepMilliseconds)
        }
    }

    /// Nothing comes.
    mutating func pause(milliseconds: Int) {
        now = now.advanced(by: .milliseconds(milliseconds))
    }

    /// Does without a part for so long, and goes on with it.
    mutating func run(without part: Part, milliseconds: Int) {
        without.insert(part)
        run(milliseconds: milliseconds)
        without.remove(part)
    }

    /// The sections in as many packets as they need, with the counters that are next.
    mutating func packets(of section: [UInt8], pid: UInt16) -> [[UInt8]] {
        let packets = TestPackets.packets(of: section, pid: pid, counter: counters[pid, default: 0])
        counters[pid, default: 0] += packets.count
        return packets
    }

    /// Sends sections beside the stream, at this moment.
    mutating func send(_ section: [UInt8], pid: UInt16, _ change: (inout [[UInt8]]) -> Void = { _ in }) {
        var packets = packets(of: section, pid: pid)
        change(&packets)
        let bytes = Array(packets.joined())
        bytes.withUnsafeBytes { inspector.inspect($0, at: now) }
    }

    private mutating func nextStep() -> [[UInt8]] {
        var packets: [[UInt8]] = []
        if step.isMultiple(of: 3), !without.contains(.clock) { packets.append(clockPacket()) }
        if step.isMultiple(of: 10) {
            if !without.contains(.pat) { packets += self.packets(of: TestPackets.pat([(1, Self.mapPID)]), pid: 0) }
            if !without.contains(.pmt) { packets += self.packets(of: TestPackets.pmt(streams), pid: Self.mapPID) }
        }
        let time = UInt64(step * Self.stepMilliseconds) * 90
        if !without.contains(.video) {
            let begins = step.isMultiple(of: 4) && !without.contains(.videoTime)
            packets.append(media(Self.videoPID, begins ? TestPackets.pes(pts: time) : nil))
        }
        if !without.contains(.audio) {
            let begins = step % 10 == 5 && !without.contains(.audioTime)
            packets.append(media(Self.audioPID, begins ? TestPackets.pes(pts: time, streamID: 0xC0) : nil))
        }
        step += 1
        let nulls = padding ?? Self.packetsPerStep - packets.count
        return packets + Array(repeating: TestPackets.null, count: nulls)
    }

    private mutating func clockPacket() -> [UInt8] {
        let place = UInt64(step * Self.packetsPerStep) * Self.ticksPerPacket
        let clock = (clockOffset &+ place).advanced(by: Int(clockError))
        clockError = 0
        defer { announcesClock = false }
        return TestPackets.packet(
            pid: Self.videoPID,
            counter: counters[Self.videoPID, default: 0] - 1,
            hasPayload: false,
            isDiscontinuous: announcesClock,
            clock: clock
        )
    }

    private mutating func media(_ pid: UInt16, _ beginning: [UInt8]?) -> [UInt8] {
        defer { counters[pid, default: 0] += 1 }
        var packet = TestPackets.packet(
            pid: pid,
            counter: counters[pid, default: 0],
            starts: beginning != nil,
            payload: beginning ?? []
        )
        if isScrambled { packet[3] |= 0x80 }
        return packet
    }
}
