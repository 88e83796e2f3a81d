import FragmentedMP4
import Media
import NIOCore

/// The samples of a track that wait for the part to end. How long one lasts the next one tells: so the last waits for
/// its successor.
struct SampleQueue: Sendable {
    private struct Entry: Sendable {
        var decodeTime: Int64
        var compositionOffset: Int32
        var isKeyframe: Bool
        var payload: ByteBuffer
    }

    private var entries: [Entry] = []
    private(set) var byteCount = 0

    init() {}

    var count: Int { entries.count }
    var lastDecodeTime: Int64? { entries.last?.decodeTime }

    /// - Parameter decodeTime: after that of the last sample.
    mutating func append(_ sample: MediaSample, at decodeTime: Int64) {
        entries.append(
            Entry(
                decodeTime: decodeTime,
                compositionOffset: Int32(clamping: sample.compositionOffset),
                isKeyframe: sample.isKeyframe,
                payload: sample.payload
            )
        )
        byteCount += sample.payload.readableBytes
    }

    /// All samples but the last; nil when there are none.
    mutating func takeComplete(trackID: UInt32) -> FragmentRun? {
        guard let last = entries.popLast() else { return nil }
        let run = takeAll(until: last.decodeTime, trackID: trackID)
        entries.append(last)
        byteCount = last.payload.readableBytes
        return run
    }

    /// All samples, of which the last lasts until `end`; nil when there are none.
    mutating func takeAll(until end: Int64, trackID: UInt32) -> FragmentRun? {
        guard let first = entries.first else { return nil }
        var samples: [FragmentSample] = []
        samples.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            let next = index + 1 < entries.count ? entries[index + 1].decodeTime : end
            samples.append(
                FragmentSample(
                    duration: UInt32(clamping: next - entry.decodeTime),
                    compositionOffset: entry.compositionOffset,
                    isKeyframe: entry.isKeyframe,
                    payload: entry.payload
                )
            )
        }
        removeAll()
        return FragmentRun(trackID: trackID, decodeTime: UInt64(clamping: first.decodeTime), samples: samples)
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: entries.count <= 256)
        byteCount = 0
    }
}
