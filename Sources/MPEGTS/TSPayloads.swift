public import Media

/// Packets back to back, on their way as payloads.
public enum TSPayloads {
    /// Seven packets: what SRT and RTP carry at once.
    public static let byteCount = 7 * TSPacket.byteCount

    /// Hands over packets as one batch of payloads of up to seven packets.
    ///
    /// - Parameter dueTime: of one payload; left out when there are several.
    public static func send(
        _ packets: UnsafeRawBufferPointer,
        at now: MonotonicTime,
        dueTime: UnsafeBufferPointer<MonotonicTime>? = nil,
        _ send: (PacketBatch) -> Void
    ) {
        let count = (packets.count + byteCount - 1) / byteCount
        guard count > 0 else { return }
        withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: count) { payloads in
            for index in 0..<count {
                let start = index * byteCount
                let end = min(packets.count, start + byteCount)
                payloads.initializeElement(at: index, to: UnsafeRawBufferPointer(rebasing: packets[start..<end]))
            }
            let dueTimes = count == 1 ? dueTime : nil
            send(PacketBatch(payloads: UnsafeBufferPointer(payloads), arrival: now, dueTimes: dueTimes))
        }
    }
}
