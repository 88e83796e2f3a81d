import MPEGTS
import Media

/// A merger and the packets that it passed on.
struct TestMerger {
    var merger: TSMerger
    var delivered: [[UInt8]] = []
    /// The lengths of the runs in which they came, in packets.
    var runs: [Int] = []

    init(skewWindow: Duration = .milliseconds(200)) {
        merger = TSMerger(configuration: .init(skewWindow: skewWindow))
    }

    var counters: TSMergerCounters { merger.counters }
    var first: MergeLegCounters { merger.counters(of: .first) }
    var second: MergeLegCounters { merger.counters(of: .second) }

    mutating func receive(
        _ packets: some Sequence<[UInt8]>,
        on leg: MergeLeg,
        afterLoss: Bool = false,
        milliseconds: Double = 0
    ) {
        receive(bytes: Array(packets.joined()), on: leg, afterLoss: afterLoss, milliseconds: milliseconds)
    }

    mutating func receive(bytes: [UInt8], on leg: MergeLeg, afterLoss: Bool = false, milliseconds: Double = 0) {
        var runs: [[[UInt8]]] = []
        bytes.withUnsafeBytes { payload in
            merger.receive(payload, on: leg, afterLoss: afterLoss, at: Self.time(milliseconds)) {
                runs.append(MergeSimulation.cut($0))
            }
        }
        note(runs)
    }

    /// Sends a stream in messages of seven packets, at one packet a millisecond.
    mutating func receive(stream: some Collection<[UInt8]>, on leg: MergeLeg, from milliseconds: Double) {
        var rest = stream[...]
        var time = milliseconds
        while !rest.isEmpty {
            time += Double(min(7, rest.count))
            receive(rest.prefix(7), on: leg, milliseconds: time)
            rest = rest.dropFirst(7)
        }
    }

    mutating func tick(milliseconds: Double) {
        var runs: [[[UInt8]]] = []
        merger.tick(at: Self.time(milliseconds)) { runs.append(MergeSimulation.cut($0)) }
        note(runs)
    }

    mutating func reset(_ leg: MergeLeg, milliseconds: Double) {
        var runs: [[[UInt8]]] = []
        merger.reset(leg, at: Self.time(milliseconds)) { runs.append(MergeSimulation.cut($0)) }
        note(runs)
    }

    mutating func flush(milliseconds: Double) {
        var runs: [[[UInt8]]] = []
        merger.flush(at: Self.time(milliseconds)) { runs.append(MergeSimulation.cut($0)) }
        note(runs)
    }

    private mutating func note(_ runs: [[[UInt8]]]) {
        delivered += runs.joined()
        self.runs += runs.map(\.count)
    }

    static func time(_ milliseconds: Double) -> MonotonicTime { MergeSimulation.time(milliseconds) }
}
