import FlowModel
import Glibc
import NetworkAddress
import Testing

@testable import FlowConfig

struct SpeedTests {
    private static let fileCount = 10_000

    /// Built without optimisation the figure means nothing.
    private static var isOptimised: Bool {
        var isDebug = false
        assert(
            {
                isDebug = true
                return true
            }()
        )
        return !isDebug
    }

    /// Of this thread alone, in seconds: other tests run beside this one.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("10,000 files are loaded and checked in 3 seconds of one core", .enabled(if: isOptimised))
    func tenThousandFiles() {
        let texts = (0..<Self.fileCount).map(Self.text)
        let start = Self.processorTime()
        let files = texts.enumerated().map { Fixture.load($1, path: "\($0).yaml") }
        let loaded = Self.processorTime()
        let problems = DirectoryRules.check(files, gateway: .defaults)
        let checked = Self.processorTime()
        print("load \(loaded - start) s, rules \(checked - loaded) s for \(Self.fileCount) files")
        #expect(files.filter { !$0.isValid }.isEmpty)
        #expect(problems.isEmpty)
        #expect(checked - start < 3)
    }

    @Test("Thousands of multicast groups on one port are checked without comparing each with each")
    func groupsOnOnePort() {
        let files = (0..<Self.fileCount).map { index in
            let group = "239.\(index >> 16).\(index >> 8 & 255).\(index & 255)"
            let source = RTPInput(port: 5000, group: IPAddress(group))
            let spec = FlowSpec(
                name: "f\(index)",
                maxBandwidth: BitRate(bitsPerSecond: 1),
                inputs: [InputSpec(name: "in", source: .rtp(source))]
            )
            return LoadedFile(path: "\(index).yaml", flows: [LoadedFlow(spec: spec)])
        }
        let start = Self.processorTime()
        #expect(DirectoryRules.check(files, gateway: .defaults) == [])
        #expect(Self.processorTime() - start < 2)
    }

    /// About what a contribution flow looks like, comments and all.
    private static func text(_ index: Int) -> String {
        """
        # yaml-language-server: $schema=../Schemas/flow.schema.json
        apiVersion: headgate/v1
        name: flow-\(index)                 # unique over the directory
        description: Camera \(index)
        maxBandwidth: 20Mbps

        inputs:
          - name: venue
            protocol: rtp
            port: \(1024 + index * 4)
            allow: [203.0.113.0/28, 198.51.100.0/24]
          - name: fibre
            protocol: srt
            mode: listener
            latency: 120ms
            decryption: {key: {env: STADIUM_KEY}, keyLength: 32}
            allow: [198.51.100.0/24]

        failover:
          mode: switch
          lossAfter: 500ms

        outputs:
          - {name: studio, protocol: srt, mode: caller, host: 192.0.2.7, port: 9100, latency: 200ms}
          - {name: field, protocol: udp, host: 192.0.2.8, port: 5000}
        """
    }
}
