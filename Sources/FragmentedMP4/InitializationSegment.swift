public import NIOCore

/// What a player gets before the first fragment: `ftyp` and `moov`, ISO/IEC 14496-12 §4.3 and §8. All tracks count
/// 90 kHz, the clock of the samples.
public enum InitializationSegment {
    /// Ticks of every track in a second.
    static let timescale: UInt32 = 90_000

    /// The bytes for tracks whose IDs differ.
    public static func bytes(for tracks: [FragmentedTrack]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeBox("ftyp") { buffer in
            buffer.writeStaticString("iso6")
            buffer.writeInteger(UInt32(0))
            buffer.writeStaticString("iso6isommp41")
        }
        buffer.writeBox("moov") { buffer in
            writeMovieHeader(nextTrackID: (tracks.map(\.trackID).max() ?? 0) &+ 1, to: &buffer)
            for track in tracks { write(track, to: &buffer) }
            buffer.writeBox("mvex") { buffer in
                for track in tracks {
                    buffer.writeFullBox("trex") { buffer in
                        // Sample entry 1; the fragments say durations, sizes and flags themselves.
                        buffer.writeMultipleIntegers(track.trackID, UInt32(1), UInt32(0), UInt32(0), UInt32(0))
                    }
                }
            }
        }
        return buffer
    }

    private static func writeMovieHeader(nextTrackID: UInt32, to buffer: inout ByteBuffer) {
        buffer.writeFullBox("mvhd") { buffer in
            buffer.writeMultipleIntegers(UInt32(0), UInt32(0), timescale, UInt32(0))  // made, changed, scale, duration
            buffer.writeMultipleIntegers(UInt32(0x1_0000), UInt16(0x100))  // rate and volume 1
            buffer.writeRepeatingByte(0, count: 10)
            writeMatrix(to: &buffer)
            buffer.writeRepeatingByte(0, count: 24)
            buffer.writeInteger(nextTrackID)
        }
    }

    private static func write(_ track: FragmentedTrack, to buffer: inout ByteBuffer) {
        buffer.writeBox("trak") { buffer in
            buffer.writeFullBox("tkhd", flags: 3) { buffer in  // enabled, in the movie
                buffer.writeMultipleIntegers(UInt32(0), UInt32(0), track.trackID, UInt32(0), UInt32(0))
                buffer.writeRepeatingByte(0, count: 12)
                buffer.writeMultipleIntegers(UInt16(track.isVideo ? 0 : 0x100), UInt16(0))  // volume
                writeMatrix(to: &buffer)
                buffer.writeInteger(UInt32(track.pictureSize?.width ?? 0) << 16)
                buffer.writeInteger(UInt32(track.pictureSize?.height ?? 0) << 16)
            }
            buffer.writeBox("mdia") { buffer in
                buffer.writeFullBox("mdhd") { buffer in
                    buffer.writeMultipleIntegers(UInt32(0), UInt32(0), timescale, UInt32(0))
                    buffer.writeMultipleIntegers(UInt16(0x55C4), UInt16(0))  // language "und"
                }
                buffer.writeFullBox("hdlr") { buffer in
                    buffer.writeInteger(UInt32(0))
                    buffer.writeStaticString(track.isVideo ? "vide" : "soun")
                    buffer.writeRepeatingByte(0, count: 12)
                    buffer.writeStaticString(track.isVideo ? "Video\0" : "Audio\0")
                }
                writeMediaInformation(track, to: &buffer)
            }
        }
    }

    private static func writeMediaInformation(_ track: FragmentedTrack, to buffer: inout ByteBuffer) {
        buffer.writeBox("minf") { buffer in
            if track.isVideo {
                buffer.writeFullBox("vmhd", flags: 1) { $0.writeRepeatingByte(0, count: 8) }
            } else {
                buffer.writeFullBox("smhd") { $0.writeRepeatingByte(0, count: 4) }
            }
            buffer.writeBox("dinf") { buffer in
                buffer.writeFullBox("dref") { buffer in
                    buffer.writeInteger(UInt32(1))
                    buffer.writeFullBox("url ", flags: 1) { _ in }  // the media is in this file
                }
            }
            buffer.writeBox("stbl") { buffer in
                buffer.writeFullBox("stsd") { buffer in
                    buffer.writeInteger(UInt32(1))
                    buffer.writeImmutableBuffer(track.sampleEntry)
                }
                // The samples are in the fragments.
                buffer.writeFullBox("stts") { $0.writeInteger(UInt32(0)) }
                buffer.writeFullBox("stsc") { $0.writeInteger(UInt32(0)) }
                buffer.writeFullBox("stsz") { $0.writeMultipleIntegers(UInt32(0), UInt32(0)) }
                buffer.writeFullBox("stco") { $0.writeInteger(UInt32(0)) }
            }
        }
    }

    /// Neither turned nor scaled.
    private static func writeMatrix(to buffer: inout ByteBuffer) {
        for value: UInt32 in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] { buffer.writeInteger(value) }
    }
}
