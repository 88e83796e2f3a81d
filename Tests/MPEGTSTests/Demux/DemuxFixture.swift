import Media
import NIOCore

@testable import MPEGTS

/// Builds transport streams for the demuxer's tests, packet by packet.
struct DemuxFixture {
    static let videoPID: UInt16 = 0x100
    static let audioPID: UInt16 = 0x101
    static let mapPID: UInt16 = 0x1000

    private(set) var bytes: [UInt8] = []
    private var counters: [UInt16: Int] = [:]

    /// Begins with the tables of one program of these streams.
    init(_ streams: [(type: UInt8, pid: UInt16, descriptors: [UInt8])]) {
        for packet in TestPackets.packets(of: TestPackets.pat([(1, Self.mapPID)]), pid: 0) { bytes += packet }
        addMap(streams)
    }

    /// H.264 and AAC.
    static var usual: DemuxFixture { DemuxFixture([(0x1B, videoPID, []), (0x0F, audioPID, [])]) }

    static func audio(_ type: UInt8, descriptors: [UInt8] = []) -> DemuxFixture {
        DemuxFixture([(type, audioPID, descriptors)])
    }

    mutating func addMap(_ streams: [(type: UInt8, pid: UInt16, descriptors: [UInt8])], version: UInt8 = 0) {
        let section = TestPackets.pmt(version: version, streams)
        for packet in TestPackets.packets(of: section, pid: Self.mapPID) { bytes += packet }
    }

    /// A PES packet in as many transport packets as it needs; the last is filled up in the adaptation field.
    mutating func add(
        _ payload: [UInt8],
        pid: UInt16 = videoPID,
        pts: UInt64? = nil,
        dts: UInt64? = nil,
        isBounded: Bool = false,
        fillsInside: Bool = false
    ) {
        var rest = Self.pes(payload, pts: pts, dts: dts, isBounded: isBounded)
        var isFirst = true
        while !rest.isEmpty {
            let room = fillsInside && isFirst ? 100 : 184
            let part = Array(rest.prefix(room))
            rest.removeFirst(part.count)
            addPacket(part, pid: pid, starts: isFirst)
            isFirst = false
        }
    }

    /// One transport packet that is filled up to its size.
    mutating func addPacket(
        _ payload: [UInt8],
        pid: UInt16 = videoPID,
        starts: Bool = false,
        flags: UInt8 = 0,
        clock: UInt64? = nil,
        isScrambled: Bool = false
    ) {
        let counter = counters[pid] ?? 0
        var adaptation: [UInt8] = []
        if let clock {
            adaptation = [flags | 0x10] + [25, 17, 9, 1].map { UInt8(truncatingIfNeeded: clock >> $0) }
            adaptation += [UInt8(clock & 1) << 7 | 0x7E, 0]
        } else if flags != 0 {
            adaptation = [flags]
        }
        let fill = 184 - payload.count - (adaptation.isEmpty ? 0 : adaptation.count + 1)
        if fill > 0 {
            if adaptation.isEmpty {
                adaptation = fill == 1 ? [] : [0] + Array(repeating: 0xFF, count: fill - 2)
            } else {
                adaptation += Array(repeating: 0xFF, count: fill)
            }
        }
        let hasAdaptation = !adaptation.isEmpty || fill == 1
        bytes += [
            0x47, (starts ? 0x40 : 0) | UInt8(pid >> 8), UInt8(truncatingIfNeeded: pid),
            (isScrambled ? 0x80 : 0) | (hasAdaptation ? 0x20 : 0) | (payload.isEmpty ? 0 : 0x10) | UInt8(counter & 15),
        ]
        if hasAdaptation { bytes += [UInt8(adaptation.count)] + adaptation }
        bytes += payload
        if !payload.isEmpty { counters[pid] = counter + 1 }
    }

    /// Repeats the last packet.
    mutating func repeatPacket() {
        bytes += bytes.suffix(188)
    }

    /// The next packet of the PID is lost.
    mutating func losePacket(pid: UInt16 = videoPID) {
        counters[pid, default: 0] += 1
    }

    static func pes(_ payload: [UInt8], pts: UInt64?, dts: UInt64?, isBounded: Bool) -> [UInt8] {
        var header: [UInt8] = [0x80, 0, 0]
        if let pts {
            header = Array(TestPackets.pes(pts: pts, dts: dts).dropFirst(6))
        }
        let length = isBounded ? header.count + payload.count : 0
        return [0, 0, 1, 0xE0, UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)] + header + payload
    }

    /// The events of the whole stream, fed in pieces of `pieceBytes`.
    func events(pieceBytes: Int = 1316, finishes: Bool = true) -> DemuxedEvents {
        var demuxer = TSDemuxer()
        var found = DemuxedEvents()
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let end = min(offset + pieceBytes, bytes.count)
                demuxer.consume(UnsafeRawBufferPointer(rebasing: bytes[offset..<end])) { found.all.append($0) }
                offset = end
            }
        }
        if finishes { demuxer.finish { found.all.append($0) } }
        found.statistics = demuxer.statistics
        return found
    }
}

/// What came out, by kind.
struct DemuxedEvents: Equatable {
    var all: [TSDemuxerEvent] = []
    var statistics = TSDemuxerStatistics()

    var tracks: [MediaTrack] {
        all.compactMap { if case .track(let track) = $0 { track } else { nil } }
    }

    var samples: [MediaSample] {
        all.compactMap { if case .sample(let sample) = $0 { sample } else { nil } }
    }

    var video: [MediaSample] { samples.filter { $0.track == TSDemuxer.videoTrack } }
    var audio: [MediaSample] { samples.filter { $0.track == TSDemuxer.firstAudioTrack } }

    var payloads: [[UInt8]] { samples.map { Array($0.payload.readableBytesView) } }
    /// Since the first sample of all, in 90 kHz ticks.
    var times: [Int64] { samples.map { $0.decodeTime.ticks - SampleTimeline.beginning } }
    var jumps: Int { all.count { $0 == .discontinuity } }
}

/// Coded pictures of a few bytes.
enum TestPictures {
    /// 640 × 360, frames only.
    static let sequenceSet: [UInt8] = [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
    ]
    static let pictureSet: [UInt8] = [0x68, 0xEF, 0xBC, 0xB0]
    /// 640 × 360 with fields.
    static let interlacedSequenceSet: [UInt8] = [
        0x67, 0x7A, 0x00, 0x16, 0xBC, 0xD9, 0x40, 0xA0, 0x63, 0xF1, 0xB8, 0x08, 0x80, 0x00, 0x00, 0x03, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x19, 0x0F, 0x8A, 0x14, 0xCB,
    ]
    static let delimiter: [UInt8] = [0x09, 0xF0]
    static let message: [UInt8] = [0x06, 0x05, 0x02, 0xAA, 0xBB, 0x80]
    static let recoveryPoint: [UInt8] = [0x06, 0x06, 0x01, 0xC4, 0x80]
    /// Slices: intra of an IDR picture, intra, inter, and one that does not start its picture.
    static let idr: [UInt8] = [0x65, 0x88, 0x84, 0x11, 0x22, 0x33]
    static let intra: [UInt8] = [0x61, 0x88, 0x84, 0x44]
    static let inter: [UInt8] = [0x41, 0x9A, 0x24, 0x55]
    static let rest: [UInt8] = [0x41, 0x46, 0x90, 0x77]

    static let parameters = annexB(sequenceSet, pictureSet)
    static let keyframe = annexB(delimiter, sequenceSet, pictureSet, idr)

    static func annexB(_ units: [UInt8]...) -> [UInt8] {
        units.enumerated().flatMap { ($0.offset == 0 ? [0, 0, 0, 1] : [0, 0, 1]) + $0.element }
    }

    static func lengths(_ units: [UInt8]...) -> [UInt8] {
        units.flatMap { [0, 0, UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
    }

    /// A slice of one field, I or P.
    static func field(isBottom: Bool, frame: Int, isIDR: Bool = false) -> [UInt8] {
        let set = interlacedSequenceSet.withUnsafeBytes { try? H264SequenceParameterSet($0) }
        let number = String(frame, radix: 2)
        let padding = String(repeating: "0", count: max(0, (set?.frameNumberBits ?? 4) - number.count))
        return [isIDR ? 0x65 : 0x41]
            + TestBits.bytes(
                "1" + (isIDR ? "0001000" : "00110") + "1" + padding + number + "1" + (isBottom ? "1" : "0")
            )
            + [0x5A]
    }
}

enum TestBits {
    /// Bits that are written as digits, as bytes; the last is filled up with ones.
    static func bytes(_ bits: String) -> [UInt8] {
        var rest = Substring(bits)
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            let byte = rest.prefix(8)
            rest = rest.dropFirst(8)
            bytes.append(UInt8(byte + String(repeating: "1", count: 8 - byte.count), radix: 2) ?? 0)
        }
        return bytes
    }

    static func bits(_ value: Int, _ count: Int) -> String {
        let digits = String(value, radix: 2)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
