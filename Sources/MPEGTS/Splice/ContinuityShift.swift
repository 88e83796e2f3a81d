/// Makes the continuity counters of several streams that follow each other, or of rounds of one, count on: ISO/IEC
/// 13818-1 §2.4.3.3.
struct ContinuityShift: Sendable {
    private struct Counter: Sendable {
        var isKnown = false
        /// No packet of this PID came since the restart.
        var isFresh = false
        var last: UInt8 = 0
        var shift: UInt8 = 0
    }

    private var counters = Array(repeating: Counter(), count: TSPacket.pidCount)

    /// The PID's last packet went out with this counter.
    mutating func note(_ counter: UInt8, pid: UInt16) {
        counters[Int(pid)] = Counter(isKnown: true, last: counter & 0x0F)
    }

    /// Another stream, or round, follows: its counters go on from the ones that went out.
    mutating func restart() {
        for index in counters.indices { counters[index].isFresh = true }
    }

    /// Gives the packet, which is on `pid`, the counter that follows.
    mutating func rewrite(_ bytes: UnsafeMutableRawPointer, _ packet: TSPacket, pid: UInt16) {
        var state = counters[Int(pid)]
        let counter = packet.continuityCounter
        if state.isFresh {
            state.isFresh = false
            // The counter counts payloads: a packet without one repeats the counter of the last that had one.
            let next = packet.hasPayload ? state.last &+ 1 : state.last
            state.shift = state.isKnown ? (next &- counter) & 0x0F : 0
        }
        let rewritten = (counter &+ state.shift) & 0x0F
        state.isKnown = true
        state.last = rewritten
        counters[Int(pid)] = state
        if state.shift != 0 {
            bytes.storeBytes(of: packet.byte(3) & 0xF0 | rewritten, toByteOffset: 3, as: UInt8.self)
        }
    }

    /// The counter of a packet with a payload that is put in.
    mutating func next(pid: UInt16) -> UInt8 {
        let index = Int(pid)
        let counter = counters[index].isKnown ? (counters[index].last &+ 1) & 0x0F : 0
        counters[index].isKnown = true
        counters[index].last = counter
        return counter
    }
}
