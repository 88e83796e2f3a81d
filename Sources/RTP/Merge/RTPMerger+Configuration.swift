extension RTPMerger {
    public struct Configuration: Hashable, Sendable {
        public static let defaultSkewWindow = Duration.milliseconds(200)
        /// What the skew window is kept within. ST 2022-7 names classes of receivers for up to 10, 50 and 450 ms.
        public static let skewWindowLimits = Duration.milliseconds(100)...Duration.seconds(2)

        /// How long a missing packet is waited for, and how far behind a leg may be.
        public var skewWindow: Duration

        public init(skewWindow: Duration = defaultSkewWindow) {
            self.skewWindow = skewWindow
        }
    }

    /// Most packets that wait for a missing one: 2 s of seven TS packets each at 100 Mbit/s. Then the window moves on.
    public static let maximumHeldPackets = 20_000
    /// The longest payload that can wait, in bytes. A longer one is passed on at once, and the gap before it is lost.
    public static let maximumHeldPayload = RTPReceiver.maximumHeldPayload
}
