import NIOCore

/// A piece of a segment, for players that do not wait for the segment to end.
struct HLSPart: Hashable, Sendable {
    /// In ticks of 90 kHz.
    var duration: Int64
    /// A player can begin with it.
    var isIndependent: Bool
    /// As `moof` and `mdat`.
    var fragment: ByteBuffer
    /// As packets; none before there is something to play.
    var transport: ByteBuffer

    func bytes(as form: HLSForm) -> ByteBuffer {
        switch form {
        case .fragments: fragment
        case .transport: transport
        }
    }
}
