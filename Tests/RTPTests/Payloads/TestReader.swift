import Media
import NIOCore

@testable import RTP

/// A reader of tracks and what it told.
struct TestReader {
    var reader: RTPSampleReader
    private var notes = Notes()

    var tracks: [MediaTrack] { notes.tracks }
    var samples: [MediaSample] { notes.samples }
    var streamBytes: [UInt8] { notes.streamBytes }
    var unsupported: [MediaTrack.ID] { notes.unsupported }
    var ended: [MediaTrack.ID] { notes.ended }

    private struct Notes {
        var tracks: [MediaTrack] = []
        var samples: [MediaSample] = []
        var streamBytes: [UInt8] = []
        var unsupported: [MediaTrack.ID] = []
        var ended: [MediaTrack.ID] = []

        mutating func note(_ event: RTPSampleReader.Event) {
            switch event {
            case .track(let track): tracks.append(track)
            case .sample(let sample): samples.append(sample)
            case .transportStream(let bytes): streamBytes += bytes
            case .unsupported(let track, _): unsupported.append(track)
            case .ended(let track): ended.append(track)
            }
        }
    }

    static let video = MediaTrack.ID(1)
    static let audio = MediaTrack.ID(2)

    init(_ tracks: [RTPSampleReader.Track], recovery: RTPLossRecovery = .nextKeyframe) throws {
        reader = try RTPSampleReader(tracks, configuration: .init(recovery: recovery))
    }

    /// H.264 of payload type 96 and Opus of 97.
    static func usual(recovery: RTPLossRecovery = .nextKeyframe) throws -> TestReader {
        try TestReader(
            [
                .init(id: video, payloadType: 96, clockRate: .video, format: .h264(parameterSets: TestUnits.sets)),
                .init(id: audio, payloadType: 97, clockRate: .opus, format: .opus(channelCount: 2)),
            ],
            recovery: recovery
        )
    }

    static func moment(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    func samples(of track: MediaTrack.ID) -> [MediaSample] { samples.filter { $0.track == track } }

    mutating func receive(_ packet: ByteBuffer, track: Int = 0, at milliseconds: Int64 = 0) {
        packet.withUnsafeReadableBytes { bytes in
            reader.receive(bytes, track: track, at: Self.moment(milliseconds)) { notes.note($0) }
        }
    }

    /// A packet of the usual tracks.
    mutating func receive(
        _ payload: [UInt8],
        track: Int = 0,
        sequence: UInt16,
        timestamp: UInt32,
        marker: Bool = true,
        ssrc: UInt32 = 7,
        at milliseconds: Int64 = 0
    ) {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.withUnsafeMutableBytes {
            RTPHeader(
                marker: marker,
                payloadType: UInt8(96 + track),
                sequenceNumber: sequence,
                timestamp: timestamp,
                ssrc: ssrc
            ).encode(into: $0)
        }
        receive(ByteBuffer(bytes: bytes + payload), track: track, at: milliseconds)
    }

    mutating func receive(_ report: RTCPReport, track: Int, isLast: Bool = false, at milliseconds: Int64 = 0) throws {
        var buffer = ByteBuffer()
        report.write(canonicalName: "sender", isLast: isLast, to: &buffer)
        try buffer.withUnsafeReadableBytes { bytes in
            try reader.receiveControl(bytes, track: track, at: Self.moment(milliseconds)) { notes.note($0) }
        }
    }

    mutating func tick(at milliseconds: Int64) { reader.tick(at: Self.moment(milliseconds)) { notes.note($0) } }

    mutating func finish(at milliseconds: Int64 = 0) { reader.finish(at: Self.moment(milliseconds)) { notes.note($0) } }
}
