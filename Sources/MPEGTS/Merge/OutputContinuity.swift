/// Whether packets go on where a merged stream ended, by the continuity counters of its PIDs, ISO/IEC 13818-1 §2.4.3.3.
struct OutputContinuity: Sendable {
    private static let unknown: UInt8 = 0xFF
    /// The last counter of each PID.
    private var counters = [UInt8](repeating: unknown, count: TSPacket.pidCount)

    func goesOn(with packet: TSPacket) -> Bool {
        guard packet.hasPayload, packet.pid != TSPacket.nullPID, !packet.isDiscontinuous else { return true }
        let last = counters[Int(packet.pid)]
        let counter = packet.continuityCounter
        return last == Self.unknown || counter == last || counter == (last &+ 1) & 0xF
    }

    mutating func passed(_ packet: TSPacket) {
        guard packet.hasPayload else { return }
        counters[Int(packet.pid)] = packet.continuityCounter
    }
}
