import FlowModel
import Testing

@testable import StatusServer

struct FlowHistoryTests {
    private static func flow(
        _ name: String = "a",
        bitrate: Int64 = 1_000_000,
        packets: UInt64 = 0,
        lost: UInt64 = 0,
        retransmitted: UInt64 = 0,
        roundTrip: Double? = nil
    ) -> FlowStatus {
        var counters = StreamCounters()
        counters.packets = packets
        counters.packetsLost = lost
        counters.packetsRetransmitted = retransmitted
        let leg = LegStatus(
            name: "main",
            address: "srt://0.0.0.0:9000",
            state: .connected,
            roundTripTimeMilliseconds: roundTrip,
            counters: counters
        )
        return FlowStatus(
            name: name,
            file: "a.yaml",
            maxBandwidth: 20_000_000,
            bitrate: bitrate,
            inputs: [InputStatus(name: "in", protocol: "srt", enabled: true, legs: [leg])]
        )
    }

    @Test("Fifteen minutes are kept, in order, in the memory that the documentation states")
    func ring() {
        var history = FlowHistory()
        for number in 1...(FlowHistory.capacity + 7) {
            history.sample([Self.flow(bitrate: Int64(number))], at: Double(number * 5))
        }
        let rates = history.samples(of: "a").map(\.bitrate)
        #expect(rates == (8...(FlowHistory.capacity + 7)).map { Float($0) })
        #expect(FlowHistory.interval * FlowHistory.capacity == .seconds(900))
        #expect(MemoryLayout<FlowHistory.Sample>.stride == 28)
        #expect(history.time == Double((FlowHistory.capacity + 7) * 5))
    }

    @Test("Loss and retransmission are those since the sample before")
    func differences() throws {
        var history = FlowHistory()
        history.sample([Self.flow(packets: 1_000, lost: 50, retransmitted: 10)], at: 100)
        history.sample([Self.flow(packets: 1_090, lost: 60, retransmitted: 20)], at: 105)
        let samples = history.samples(of: "a")
        #expect(samples[0].lossIn.isNaN)
        #expect(samples[1].lossIn == 10)
        #expect(samples[1].retransmittedIn == 2)
        #expect(samples[1].lossOut.isNaN)
    }

    @Test("Counters that fell began anew: nothing is negative, nothing overflows")
    func restart() {
        var history = FlowHistory()
        history.sample([Self.flow(packets: .max, lost: .max)], at: 5)
        history.sample([Self.flow(packets: 10, lost: 0)], at: 10)
        history.sample([Self.flow(packets: 30, lost: 0)], at: 15)
        #expect(history.samples(of: "a").map(\.lossIn).filter { $0 < 0 }.isEmpty)
        #expect(history.samples(of: "a").last?.lossIn == 0)
    }

    @Test("A flow takes nothing before it lives, goes on while it is silent, and is forgotten when it is gone")
    func life() {
        var history = FlowHistory()
        history.sample([Self.flow(bitrate: 0)], at: 5)
        #expect(history.flows.isEmpty)
        history.sample([Self.flow(bitrate: 9)], at: 10)
        history.sample([Self.flow(bitrate: 0)], at: 15)
        #expect(history.samples(of: "a").map(\.bitrate) == [9, 0])
        history.sample([], at: 20)
        #expect(history.flows.isEmpty && history.samples(of: "a").isEmpty)
    }

    @Test("Only so many flows are recorded")
    func bounded() {
        var history = FlowHistory()
        let flows = (0...FlowHistory.maximumFlows).map { Self.flow("f\($0)") }
        history.sample(flows, at: 5)
        #expect(history.flows.count == FlowHistory.maximumFlows)
    }

    @Test("What was not measured is null, what is no number does not come through")
    func document() {
        var history = FlowHistory()
        history.sample([Self.flow(roundTrip: 12.345)], at: 5)
        history.sample([Self.flow(roundTrip: .infinity)], at: 10)
        let document = FlowHistoryDocument(history.samples(of: "a"), at: history.time)
        #expect(document.roundTripIn == [12.35, nil])
        #expect(document.roundTripOut == [nil, nil])
        #expect(document.bitrate == [1_000_000, 1_000_000])
        #expect(document.time == 10 && document.interval == 5)
    }

    @Test("The small charts have five minutes of each flow that lived, in kbit/s")
    func small() {
        var history = FlowHistory()
        for number in 1...100 {
            history.sample(
                [Self.flow(bitrate: Int64(number) * 1_000), Self.flow("idle", bitrate: 0)],
                at: Double(number)
            )
        }
        let document = BitrateHistory(history)
        #expect(document.flows == ["a": (41...100).map { Int64($0) }])
    }
}
