import Media
import NIOCore

@testable import RTP

/// One packet of a test, without its header's numbers.
struct TestPayload {
    var bytes: [UInt8]
    var timestamp: UInt32 = 0
    var marker = false
    var lostBefore = false

    init(_ bytes: [UInt8], at timestamp: UInt32 = 0, marker: Bool = false, lostBefore: Bool = false) {
        self.bytes = bytes
        self.timestamp = timestamp
        self.marker = marker
        self.lostBefore = lostBefore
    }
}

/// A depacketizer and what it told.
struct TestDepacketizer {
    private var depacketizer: RTPDepacketizer
    private(set) var events: [RTPDepacketizerEvent] = []

    init(
        _ format: RTPPayloadFormat,
        clockRate: RTPClockRate = .video,
        recovery: RTPLossRecovery = .nextKeyframe
    ) throws {
        depacketizer = try RTPDepacketizer(format, clockRate: clockRate, recovery: recovery)
    }

    var counters: RTPDepacketizerCounters { depacketizer.counters }

    var configurations: [RTPTrackConfiguration] {
        events.compactMap { if case .configuration(let configuration) = $0 { configuration } else { nil } }
    }

    var frames: [RTPFrame] {
        events.compactMap { if case .frame(let frame) = $0 { frame } else { nil } }
    }

    var payloads: [[UInt8]] { frames.map { Array($0.payload.readableBytesView) } }
    var unsupported: [String] { events.compactMap { if case .unsupported(let name) = $0 { name } else { nil } } }

    mutating func consume(_ payloads: [TestPayload], finishes: Bool = false) {
        for payload in payloads {
            let header = RTPHeader(
                marker: payload.marker,
                payloadType: 96,
                sequenceNumber: 0,
                timestamp: payload.timestamp,
                ssrc: 1
            )
            payload.bytes.withUnsafeBytes { bytes in
                let packet = RTPPacket(header: header, payload: bytes, lostBefore: payload.lostBefore)
                depacketizer.consume(packet) { events.append($0) }
            }
        }
        if finishes { depacketizer.finish { events.append($0) } }
    }
}

/// NAL units of H.264 and H.265, and what packets and samples make of them.
enum TestUnits {
    /// 640 × 360, high profile, two frames of reordering, 25 frames a second.
    static let sequenceSet: [UInt8] = [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
    ]
    static let pictureSet: [UInt8] = [0x68, 0xEF, 0xBC, 0xB0]
    /// Another of the same number.
    static let otherPictureSet: [UInt8] = [0x68, 0xEE, 0x3C, 0x80]
    static let delimiter: [UInt8] = [0x09, 0xF0]
    static let message: [UInt8] = [0x06, 0x05, 0x02, 0xAA, 0xBB, 0x80]
    static let recoveryPoint: [UInt8] = [0x06, 0x06, 0x01, 0xC4, 0x80]
    /// Slices: of an IDR picture, intra, inter, and one that does not start its picture.
    static let idr: [UInt8] = [0x65, 0x88, 0x84, 0x11, 0x22, 0x33]
    static let intra: [UInt8] = [0x61, 0x88, 0x84, 0x44]
    static let inter: [UInt8] = [0x41, 0x9A, 0x24, 0x55]
    static let rest: [UInt8] = [0x41, 0x46, 0x90, 0x77]

    static let sets = [sequenceSet, pictureSet].map { ByteBuffer(bytes: $0) }

    /// Of H.265: video, sequence and picture parameter set.
    static let videoSet265: [UInt8] = [
        0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
        0x03,
        0x00, 0x3F, 0x95, 0x98, 0x09,
    ]
    static let sequenceSet265: [UInt8] = [
        0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3F,
        0xA0, 0x05, 0x02, 0x01, 0x71, 0xF2, 0xE5, 0x95, 0x95, 0x29, 0x30, 0xBC, 0x05, 0xA0, 0x20, 0x00, 0x00, 0x03,
        0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21,
    ]
    static let pictureSet265: [UInt8] = [0x44, 0x01, 0xC1, 0x72, 0xB4, 0x62, 0x40]
    static let sets265 = [videoSet265, sequenceSet265, pictureSet265].map { ByteBuffer(bytes: $0) }
    static let idr265: [UInt8] = [0x26, 0x01, 0xAF, 0x11, 0x22, 0x33]
    static let inter265: [UInt8] = [0x02, 0x01, 0xD0, 0x44, 0x55]

    /// As a sample has them.
    static func lengths(_ units: [UInt8]...) -> [UInt8] {
        units.flatMap { unit in withUnsafeBytes(of: UInt32(unit.count).bigEndian, Array.init) + unit }
    }

    /// STAP-A, or the aggregation packet of H.265.
    static func aggregation(_ units: [UInt8]..., header: [UInt8] = [0x78]) -> [UInt8] {
        header + units.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
    }

    /// FU-A of a unit in pieces of so many bytes.
    static func fragments(_ unit: [UInt8], pieceBytes: Int) -> [[UInt8]] {
        pieces(Array(unit.dropFirst()), pieceBytes).map { piece, edges in
            [unit[0] & 0xE0 | 28, edges | unit[0] & 0x1F] + piece
        }
    }

    static func fragments265(_ unit: [UInt8], pieceBytes: Int) -> [[UInt8]] {
        pieces(Array(unit.dropFirst(2)), pieceBytes).map { piece, edges in
            [unit[0] & 0x81 | 49 << 1, unit[1], edges | unit[0] >> 1 & 0x3F] + piece
        }
    }

    private static func pieces(_ bytes: [UInt8], _ pieceBytes: Int) -> [(piece: [UInt8], edges: UInt8)] {
        stride(from: 0, to: bytes.count, by: pieceBytes).map { start in
            let end = min(start + pieceBytes, bytes.count)
            return (Array(bytes[start..<end]), (start == 0 ? 0x80 : 0) | (end == bytes.count ? 0x40 : 0))
        }
    }

    /// A keyframe with its sets, and inter pictures, 40 ms apart.
    static func group(at timestamp: UInt32, pictures: Int = 3) -> [TestPayload] {
        [
            TestPayload(aggregation(sequenceSet, pictureSet), at: timestamp),
            TestPayload(idr, at: timestamp, marker: true),
        ]
            + (1..<pictures).map { TestPayload(inter, at: timestamp + UInt32($0) * 3600, marker: true) }
    }
}
