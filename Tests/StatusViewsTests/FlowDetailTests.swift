import FlowModel
import Testing

@testable import StatusViews

struct FlowDetailTests {
    @Test("A flow with everything")
    func full() {
        #expect(
            FlowDetail.render(SampleFlows.connected, files: [], style: .plain) == """
                stadium-a  Ready
                  description  Main camera feed
                  file        flows.d/a.yaml
                  generation  2
                  bitrate     5.02 Mbit/s of 20 Mbit/s
                  active      venue/main

                Conditions
                  Ready=True  Running

                Input venue (srt)
                  main  Connected, active
                    address     srt://0.0.0.0:9000
                    remote      198.51.100.7:51234
                    uptime      3m12s
                    bitrate     5.02 Mbit/s
                    round trip  24.5 ms
                    latency     60 ms (too low, set 80ms)
                    packets     1000 (1.32 MB), 2 lost
                    PID 256     H.264, 4.80 Mbit/s, carries the clock
                    mux rate    5.02 Mbit/s, constant
                    errors 1    continuity 4, PMT 1
                    errors 2    PCR accuracy 3

                Output studio (srt)  Connected
                  address     srt://0.0.0.0:9100
                  bitrate     5 Mbit/s
                  peer 192.0.2.9:6000  5 Mbit/s, 1m01s, round trip 12 ms

                """
        )
    }

    @Test("What runs and what is on disk are told apart")
    func differs() {
        var flow = SampleFlows.connected
        flow.diskHash = String(repeating: "a", count: 64)
        flow.runningHash = String(repeating: "b", count: 64)
        flow.observedGeneration = 1
        let files = [SampleFlows.invalidFile("flows.d/a.yaml"), SampleFlows.invalidFile("flows.d/other.yaml")]
        let text = FlowDetail.render(flow, files: files, style: .plain)
        #expect(text.contains("  generation  2, running 1\n"))
        #expect(text.contains("  hash        disk aaaaaaaaaaaa, running bbbbbbbbbbbb\n"))
        #expect(
            text.hasSuffix(
                "\nflows.d/a.yaml:9:14: error: inputs[0].latency: 90s is above the maximum of 10s [schema/maximum]\n"
            )
        )
        #expect(!text.contains("other.yaml"))
    }

    @Test("Text of others cannot act on the terminal")
    func escaping() {
        var flow = SampleFlows.connected
        flow.description = "a\u{1b}]0;x\u{7}\nb"
        flow.inputs[0].legs[0].remote = "\u{1b}[31m"
        flow.outputs[0].peers[0].remote = "\u{9b}31m"
        let text = FlowDetail.render(flow, files: [], style: .plain)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.actsOnDisplay })
        #expect(text.contains("a\\u{1b}]0;x\\u{7}\\nb"))
    }
}
