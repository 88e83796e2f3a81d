public import NIOCore

/// Some samples of one or more tracks as `moof` and `mdat`, ISO/IEC 14496-12 §8.8: what a part of a segment is.
public struct MovieFragment: Hashable, Sendable {
    /// From 1 on, one more for each fragment of a track's timeline.
    public var sequenceNumber: UInt32
    /// At most one of each track. Those without samples are left out.
    public var runs: [FragmentRun]

    public init(sequenceNumber: UInt32, runs: [FragmentRun]) {
        self.sequenceNumber = sequenceNumber
        self.runs = runs
    }

    private enum Flags {
        /// `default-base-is-moof`, §8.8.7.1.
        static let offsetsFromFragment: UInt32 = 0x02_0000
        /// In `trun`, §8.8.8.1: where the data begin; and each sample's duration, size, flags, composition offset.
        static let run: UInt32 = 0x01 | 0x100 | 0x200 | 0x400
        static let compositionOffsets: UInt32 = 0x800
        /// §8.8.3.1: depends on no other sample; and depends on others, no place to start.
        static let keyframe: UInt32 = 0x0200_0000
        static let other: UInt32 = 0x0101_0000
    }

    /// The bytes, in memory of their own; the samples together are shorter than 2 GiB.
    public func bytes() -> ByteBuffer {
        let runs = runs.filter { !$0.samples.isEmpty }
        var byteCount = 0
        var sampleCount = 0
        for run in runs {
            sampleCount += run.samples.count
            for sample in run.samples { byteCount += sample.payload.readableBytes }
        }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(24 + 8 + 80 * runs.count + 16 * sampleCount + byteCount + 8)
        // Where in `buffer` each run's data offset is, and how far into the data it points.
        var offsets: [(place: Int, distance: Int)] = []
        var distance = 0
        buffer.writeBox("moof") { buffer in
            buffer.writeFullBox("mfhd") { $0.writeInteger(sequenceNumber) }
            for run in runs {
                buffer.writeBox("traf") { buffer in
                    offsets.append((Self.write(run, to: &buffer), distance))
                }
                for sample in run.samples { distance += sample.payload.readableBytes }
            }
        }
        let dataStart = buffer.readableBytes + 8
        for offset in offsets {
            buffer.setInteger(Int32(truncatingIfNeeded: dataStart + offset.distance), at: offset.place)
        }
        buffer.writeBox("mdat") { buffer in
            for run in runs {
                for sample in run.samples { buffer.writeImmutableBuffer(sample.payload) }
            }
        }
        return buffer
    }

    /// Returns where the data offset was written.
    private static func write(_ run: FragmentRun, to buffer: inout ByteBuffer) -> Int {
        buffer.writeFullBox("tfhd", flags: Flags.offsetsFromFragment) { $0.writeInteger(run.trackID) }
        buffer.writeFullBox("tfdt", version: 1) { $0.writeInteger(run.decodeTime) }
        let hasOffsets = run.samples.contains { $0.compositionOffset != 0 }
        var place = 0
        // Version 1 has signed offsets.
        buffer.writeFullBox("trun", version: 1, flags: Flags.run | (hasOffsets ? Flags.compositionOffsets : 0)) {
            buffer in
            buffer.writeInteger(UInt32(truncatingIfNeeded: run.samples.count))
            place = buffer.writerIndex
            buffer.writeInteger(Int32(0))
            for sample in run.samples {
                buffer.writeMultipleIntegers(
                    sample.duration,
                    UInt32(truncatingIfNeeded: sample.payload.readableBytes),
                    sample.isKeyframe ? Flags.keyframe : Flags.other
                )
                if hasOffsets { buffer.writeInteger(sample.compositionOffset) }
            }
        }
        return place
    }
}
