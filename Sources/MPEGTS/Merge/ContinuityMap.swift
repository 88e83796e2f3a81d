/// The continuity counters of all PIDs of a stream, ISO/IEC 13818-1 §2.4.3.3: what is missing in it, as far as they tell.
struct ContinuityMap: Sendable {
    // Of each PID: whether a packet was seen, whether it was repeated, when that was in numbers of known gaps, 22 bits of
    // its fingerprint, and its counter.
    private static let isKnown: UInt32 = 0x8000_0000
    private static let wasRepeated: UInt32 = 0x4000_0000
    private static let ageMask: UInt32 = 0x3C00_0000
    private static let ageStep: UInt32 = 0x0400_0000
    private static let packetMask: UInt32 = 0x03FF_FFFF

    /// After how many packets a counter comes again.
    static let period = 16

    private var states = [UInt32](repeating: 0, count: TSPacket.pidCount)
    private var age: UInt32 = 0

    /// Takes the next packet; returns how many of its PID are missing before it, modulo 16.
    ///
    /// A packet may be sent twice, byte for byte. The counter of a packet without a payload says nothing.
    mutating func packetReceived(_ packet: PacketIdentity) -> Int {
        guard packet.traits.contains(.counts) else { return 0 }
        let former = states[Int(packet.pid)]
        let isRepeated = Self.isRepeated(former, by: packet)
        states[Int(packet.pid)] =
            Self.isKnown | age | UInt32(truncatingIfNeeded: packet.fingerprint.bits) & Self.packetMask
            | (isRepeated ? Self.wasRepeated : 0)
        return isRepeated ? 0 : Self.missing(after: former, before: packet)
    }

    /// Whether nothing of its PID is missing before a packet.
    ///
    /// - Parameter forgiving: whether a gap counts no more when its PID was not seen since another gap was noted.
    @inline(__always)
    func isFollowed(by packet: PacketIdentity, forgiving: Bool) -> Bool {
        guard packet.traits.contains(.counts) else { return true }
        let former = states[Int(packet.pid)]
        return Self.missing(after: former, before: packet) == 0 || forgiving && former & Self.ageMask != age
            || Self.isRepeated(former, by: packet)
    }

    /// Something is known to be missing before the packet that comes next.
    mutating func noteGap() { age = (age &+ Self.ageStep) & Self.ageMask }

    /// Whether the packet is the last one of its PID, as far as is remembered of that.
    func isLast(_ packet: PacketIdentity) -> Bool {
        packet.traits.contains(.counts)
            && (states[Int(packet.pid)] ^ UInt32(truncatingIfNeeded: packet.fingerprint.bits)) & Self.packetMask == 0
            && states[Int(packet.pid)] & Self.isKnown != 0
    }

    /// How far the packet's counter is ahead of the one that would be next, modulo 16: 15 when it is the last one. Nil
    /// when nothing is known.
    func distance(to packet: PacketIdentity) -> Int? {
        guard packet.traits.contains(.counts), let last = last(pid: packet.pid) else { return nil }
        return Self.distance(from: last, to: packet.fingerprint.counter)
    }

    /// The last counter of a PID.
    func last(pid: UInt16) -> UInt8? {
        let state = states[Int(pid & 0x1FFF)]
        return state & Self.isKnown == 0 ? nil : UInt8(state & 0xF)
    }

    @inline(__always)
    static func distance(from last: UInt8, to counter: UInt8) -> Int { Int(counter &- last &- 1) & 0xF }

    mutating func removeAll() {
        states.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    @inline(__always)
    private static func missing(after state: UInt32, before packet: PacketIdentity) -> Int {
        guard state & isKnown != 0, !packet.traits.contains(.discontinuous) else { return 0 }
        return distance(from: UInt8(state & 0xF), to: packet.fingerprint.counter)
    }

    @inline(__always)
    private static func isRepeated(_ state: UInt32, by packet: PacketIdentity) -> Bool {
        state & (isKnown | wasRepeated | packetMask)
            == isKnown | UInt32(truncatingIfNeeded: packet.fingerprint.bits) & packetMask
    }
}
