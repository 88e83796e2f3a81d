import Media
import RTP

/// Makes packets for tests.
enum RTPTestPackets {
    static let ssrc: UInt32 = 0xDEAD_BEEF

    /// A packet whose payload is the two bytes of `number`.
    static func packet(_ sequence: Int, ssrc: UInt32 = ssrc, payload: [UInt8]? = nil) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.withUnsafeMutableBytes {
            RTPHeader(sequenceNumber: UInt16(truncatingIfNeeded: sequence), timestamp: 0, ssrc: ssrc).encode(into: $0)
        }
        return bytes + (payload ?? [UInt8(truncatingIfNeeded: sequence >> 8), UInt8(truncatingIfNeeded: sequence)])
    }

    static func packetsOfStream(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in [0x47, 0x1F, 0xFF, 0x10] + [UInt8](repeating: 0xFF, count: 184) }
    }
}

/// A receiver and the numbers that it passed on.
struct TestReceiver {
    var receiver: RTPReceiver
    var delivered: [Int] = []

    init(windowPackets: Int = 64) {
        receiver = RTPReceiver(configuration: .init(windowPackets: windowPackets))
    }

    var counters: RTPReceiverCounters { receiver.counters }

    mutating func receive(_ sequence: Int, ssrc: UInt32 = RTPTestPackets.ssrc, milliseconds: Int64 = 0) {
        receive(bytes: RTPTestPackets.packet(sequence, ssrc: ssrc), milliseconds: milliseconds)
    }

    mutating func receive(bytes: [UInt8], milliseconds: Int64 = 0) {
        var passedOn: [Int] = []
        bytes.withUnsafeBytes { datagram in
            receiver.receive(datagram, at: MonotonicTime(nanoseconds: milliseconds * 1_000_000)) {
                passedOn.append($0.count >= 2 ? Int($0[0]) << 8 | Int($0[1]) : -1)
            }
        }
        delivered += passedOn
    }

    mutating func tick(milliseconds: Int64) {
        var passedOn: [Int] = []
        receiver.tick(at: MonotonicTime(nanoseconds: milliseconds * 1_000_000)) {
            passedOn.append(Int($0[0]) << 8 | Int($0[1]))
        }
        delivered += passedOn
    }
}

/// A small generator with a seed, so that a failure can be had again (xorshift64*).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
