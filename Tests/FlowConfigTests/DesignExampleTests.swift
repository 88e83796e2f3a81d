import FlowModel
import NetworkAddress
import Testing

@testable import FlowConfig

struct DesignExampleTests {
    private static let text = """
        # yaml-language-server: $schema=../Schemas/flow.schema.json
        apiVersion: headgate/v1
        name: stadium-a                 # unique over the directory; letters, digits, - and _, 1..64
        description: Main camera feed
        maxBandwidth: 20Mbps            # required; bps | kbps | Mbps | Gbps, or an integer in bit/s
        suspend: false                  # true: keep the file, run nothing

        inputs:                         # 1..8, in order of priority
          - name: venue
            protocol: rtmp              # gateway listens: rtmp://HOST:1935/<flow>/<streamKey>
            failover: true              # a second address: rtmp://HOST:1935/<flow>/<streamKey>-backup
            streamKey: {file: /run/secrets/stadium-a}     # optional: derived and stable when left out
            allow: [203.3.3.3/28, 202.3.3.3/28]           # or the string "203.3.3.3/28;202.3.3.3/28"

          - name: fibre
            protocol: srt
            mode: listener              # listener | caller
            port: 9000                  # left out: the shared SRT port, told apart by stream ID
            latency: 120ms              # 120ms same country, 200ms other country, 1000ms other continent
            decryption: {key: {env: STADIUM_KEY}, keyLength: 32}      # 16 | 24 | 32; peer must match
            allow: [198.51.100.0/24]

        failover:                       # how the legs of all inputs stand in for each other
          mode: switch                  # switch | merge (merge: SMPTE ST 2022-7, identical RTP legs)
          lossAfter: 500ms              # silence after which a leg counts as lost
          switchBack: never             # never | auto
          recoverAfter: 5s              # with auto: how long the preferred leg must be healthy first

        outputs:
          - {name: studio,  protocol: srt, mode: caller, host: 192.0.2.7, port: 9100, latency: 200ms}
          - {name: cdn,     protocol: rtmp-push, url: rtmps://ingest.example/live, streamKey: {file: /run/secrets/cdn}}
          - {name: monitor, protocol: hls}
        """

    private static func networks(_ texts: String...) -> Allowlist {
        Allowlist(networks: texts.compactMap { IPNetwork($0) })
    }

    private static let spec = FlowSpec(
        name: "stadium-a",
        description: "Main camera feed",
        maxBandwidth: BitRate(bitsPerSecond: 20_000_000),
        inputs: [
            InputSpec(
                name: "venue",
                source: .rtmp(
                    RTMPInput(
                        streamKey: Secret(.file("/run/secrets/stadium-a")),
                        failover: true,
                        allow: networks("203.3.3.0/28", "202.3.3.0/28")
                    )
                )
            ),
            InputSpec(
                name: "fibre",
                source: .srtListener(
                    SRTListenerInput(
                        port: 9000,
                        latency: .milliseconds(120),
                        decryption: SRTEncryption(key: Secret(.environment("STADIUM_KEY")), keyLength: 32),
                        allow: networks("198.51.100.0/24")
                    )
                )
            ),
        ],
        failover: FailoverSpec(),
        outputs: [
            OutputSpec(
                name: "studio",
                destination: .srtCaller(SRTCallerOutput(host: "192.0.2.7", port: 9100, latency: .milliseconds(200)))
            ),
            OutputSpec(
                name: "cdn",
                destination: .rtmpPush(
                    RTMPPushOutput(url: "rtmps://ingest.example/live", streamKey: Secret(.file("/run/secrets/cdn")))
                )
            ),
            OutputSpec(name: "monitor", destination: .hls(HLSOutput())),
        ]
    )

    @Test("The format's own example decodes to exactly what it says")
    func decodes() {
        let file = Fixture.load(Self.text, path: "flows.d/a.yaml")
        #expect(file.specs == [Self.spec])
        #expect(file.isValid)
        #expect(!file.isEmpty)
        #expect(file.diagnostics == [])
    }

    @Test("Rules across files know where the example's ports stand")
    func positions() {
        let flow = Fixture.load(Self.text).flows.first
        #expect(flow?.namePosition == SourcePosition(line: 3, column: 7))
        #expect(flow?.position.line == 2)
        #expect(flow?.inputPositions.map(\.port) == [nil, SourcePosition(line: 18, column: 11)])
        #expect(flow?.outputPositions.first?.start.line == 30)
    }
}
