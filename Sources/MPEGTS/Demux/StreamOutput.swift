import Media
import NIOCore

/// What the parser of one elementary stream found.
enum StreamOutput: Sendable {
    case configuration(Codec, ByteBuffer)
    case frame(CodedFrame)
    /// The stream carries something else than its type says or than samples can have.
    case unsupported(String)
}

/// A coded picture or audio frame with the times that the stream gave it.
struct CodedFrame: Sendable {
    var payload: ByteBuffer
    var presentation: PESTimestamp
    var decoding: PESTimestamp
    var isKeyframe = true
    /// How often the stream had announced a new clock when the frame began.
    var announcement: Int
}

/// The payload of a PES packet as the parsers take it.
struct PESContent {
    var payload: UnsafeRawBufferPointer
    var presentation: PESTimestamp?
    var decoding: PESTimestamp?
    var announcement: Int
    /// The packet has about as many bytes as its length can say, so that the access unit may go on in the next.
    var isFull = false
}

/// What the parsers give back; one is used again and again.
struct StreamOutputs: Sendable {
    var items: [StreamOutput] = []
    var statistics = TSDemuxerStatistics()
}
