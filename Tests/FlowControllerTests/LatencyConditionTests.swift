import FlowModel
import Testing

@testable import FlowController

@Suite("The condition LatencyTooLow")
struct LatencyConditionTests {
    private func report(input: LatencyStatus?, outputs: [LatencyStatus?] = []) -> FlowReport {
        FlowReport(
            name: "a",
            inputs: [
                InputStatus(
                    name: "fibre",
                    protocol: "srt",
                    enabled: true,
                    legs: [LegStatus(name: "main", address: "srt://0.0.0.0:9000", latency: input)]
                )
            ],
            outputs: [
                OutputStatus(
                    name: "studio",
                    protocol: "srt",
                    enabled: true,
                    address: "srt://0.0.0.0:9100",
                    peers: outputs.map { PeerStatus(remote: "192.0.2.7:9", uptime: 1, bitrate: 0, latency: $0) }
                )
            ]
        )
    }

    @Test("is there only while a connection has it")
    func absent() {
        #expect(Condition(latencyIn: report(input: nil), previous: nil, now: 100) == nil)
        let enough = LatencyStatus(milliseconds: 120)
        #expect(Condition(latencyIn: report(input: enough, outputs: [enough]), previous: nil, now: 100) == nil)
    }

    @Test("names the connection and what to set, since when it holds, and keeps that time")
    func present() throws {
        let low = LatencyStatus(milliseconds: 120, advisedMilliseconds: 250, tooLowForSeconds: 8)
        let first = try #require(Condition(latencyIn: report(input: low), previous: nil, now: 100))
        #expect(first.type == .latencyTooLow && first.status == .true && first.reason == "LatencyTooLow")
        #expect(
            first.message
                == "input fibre/main: the latency of 120 ms is below three round trips; set latency: 250ms"
        )
        #expect(first.lastTransitionTime == 92)
        #expect(Condition(latencyIn: report(input: low), previous: first, now: 104.5)?.lastTransitionTime == 92)
    }

    @Test("names the connection that is worst off, and how many there are")
    func several() {
        let low = LatencyStatus(milliseconds: 120, advisedMilliseconds: 250, tooLowForSeconds: 8)
        let worse = LatencyStatus(milliseconds: 200, advisedMilliseconds: 900, tooLowForSeconds: 2)
        let condition = Condition(latencyIn: report(input: low, outputs: [worse, nil]), previous: nil, now: 100)
        #expect(
            condition?.message
                == "output studio: the latency of 200 ms is below three round trips; set latency: 900ms (and 1 more)"
        )
    }
}
