extension TSMerger {
    /// Most packets of a leg that wait: 2 s at 98 Mbit/s. Then the window moves on.
    public static let maximumHeldPackets = 1 << 17
    /// Most packets passed on that are remembered: twice as many, for a leg may be ahead or behind. Then less than twice
    /// the skew window is.
    static let maximumKnownPackets = 1 << 18
    /// How many packets in a row must be the same before a leg is believed to carry the stream, or to have gone back in
    /// it. One of them must be one that no other packet is like. When a leg in step lost something, that one is enough.
    static let sureRun = 3
}
