extension RTPMerger {
    /// Most packets that wait for a missing one: 2 s of seven TS packets each at 100 Mbit/s. Then the window moves on.
    public static let maximumHeldPackets = 20_000
    /// The longest payload that can wait, in bytes. A longer one is passed on at once, and the gap before it is lost.
    public static let maximumHeldPayload = RTPReceiver.maximumHeldPayload
}
