/// What came on neither leg of a merge.
enum MergeLoss: Hashable, Sendable {
    /// So many RTP packets.
    case packets(UInt64)
    /// Packets of a transport stream at so many places: they are not numbered through.
    case places(UInt64)
}
