import Media
import RTP

/// A merger and the numbers that it passed on.
struct TestMerger {
    var merger: RTPMerger
    var delivered: [Int] = []

    init(skewWindow: Duration = .milliseconds(200)) {
        merger = RTPMerger(configuration: .init(skewWindow: skewWindow))
    }

    var counters: RTPMergerCounters { merger.counters }
    var first: MergeLegCounters { merger.counters(of: .first) }
    var second: MergeLegCounters { merger.counters(of: .second) }

    mutating func receive(
        _ sequence: Int,
        on leg: MergeLeg,
        ssrc: UInt32 = RTPTestPackets.ssrc,
        milliseconds: Double = 0
    ) {
        receive(bytes: RTPTestPackets.packet(sequence, ssrc: ssrc), on: leg, milliseconds: milliseconds)
    }

    mutating func receive(bytes: [UInt8], on leg: MergeLeg, milliseconds: Double = 0) {
        var passedOn: [Int] = []
        bytes.withUnsafeBytes { datagram in
            merger.receive(datagram, on: leg, at: Self.time(milliseconds)) {
                passedOn.append($0.count >= 2 ? Int($0[0]) << 8 | Int($0[1]) : -1)
            }
        }
        delivered += passedOn
    }

    mutating func tick(milliseconds: Double) {
        var passedOn: [Int] = []
        merger.tick(at: Self.time(milliseconds)) { passedOn.append(Int($0[0]) << 8 | Int($0[1])) }
        delivered += passedOn
    }

    static func time(_ milliseconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(milliseconds * 1_000_000))
    }
}
