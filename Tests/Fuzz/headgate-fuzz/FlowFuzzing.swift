import FlowConfig
import FlowModel

enum FlowFuzzing {
    private static let loader = FlowLoader()

    static func run(_ input: UnsafeRawBufferPointer) {
        let file = loader.load(FlowFile(path: "flows.d/x.yaml", bytes: Array(input), baseDirectory: "/srv/flows.d"))
        for diagnostic in file.diagnostics {
            expectOneSafeLine(diagnostic.description)
            precondition(diagnostic.line >= 0 && diagnostic.column >= 0)
        }
        for spec in file.specs where file.isValid {
            // What later stages take for granted.
            precondition((1...64).contains(spec.name.utf8.count) && (1...8).contains(spec.inputs.count))
            precondition(spec.maxBandwidth.bitsPerSecond > 0)
            precondition(Set(spec.inputs.map(\.name)).count == spec.inputs.count)
            precondition(Set(spec.outputs.map(\.name)).count == spec.outputs.count)
        }
    }

    static let seeds = [everything, minimal, broken].map { Array($0.utf8) }

    private static let minimal = """
        apiVersion: headgate/v1
        name: a
        maxBandwidth: 5Mbps
        inputs: [{name: i, protocol: srt}]
        """

    private static let broken = """
        apiVersion: headgate/v2
        name: a b
        maxBandwidth: 5 Mbps
        inputs:
          - {name: i, protocol: srt, mode: caller, latancy: 90s, decryption: {key: short, keyLength: 17}}
          - {name: i, protocol: rtp, port: 70000, allow: [300.1.2.3/40]}
        outputs: [{name: o, protocol: hls, window: 0}]
        """

    private static let everything = """
        apiVersion: headgate/v1
        name: stadium-a
        description: Main camera feed
        maxBandwidth: 20Mbps
        suspend: false
        inputs:
          - {name: venue, protocol: rtmp, failover: true, streamKey: {file: /run/secrets/a}, allow: [203.3.3.3/28]}
          - name: fibre
            protocol: srt
            mode: listener
            port: 9000
            streamId: "#!::r=a,m=publish"
            latency: 120ms
            decryption: {key: {env: STADIUM_KEY}, keyLength: 32}
            allow: "203.3.3.3/28;202.3.3.3/28"
            peerIdleTimeout: 3s
          - {name: far, protocol: srt, mode: caller, host: h.example, port: 9001, streamId: x}
          - {name: multi, protocol: rtp, port: 5000, failover: true, group: 239.1.1.1, interface: eth0, fec: none}
          - {name: cam, protocol: rtsp, username: u, password: "0123456789"}
          - {name: pull, protocol: rtsp-pull, source: "rtsp://h/a", transport: tcp}
          - {name: pull2, protocol: rtmp-pull, source: "rtmps://h/a", streamKey: k}
          - {name: clip, protocol: file, path: "builtin:demo", loop: true}
        failover: {mode: switch, lossAfter: 500ms, switchBack: auto, recoverAfter: 5s}
        outputs:
          - {name: studio, protocol: srt, mode: caller, host: 192.0.2.7, port: 9100, latency: 200ms}
          - {name: serve, protocol: srt, port: 9101, encryption: {key: "over the hills", keyLength: 16}, maxConcurrent: 9}
          - {name: cdn, protocol: rtmp-push, url: "rtmps://ingest.example/live", streamKey: {file: key}}
          - {name: play, protocol: rtmp}
          - {name: push, protocol: rtsp-push, url: "rtsp://h/b"}
          - {name: view, protocol: rtsp}
          - {name: web, protocol: hls, segmentDuration: 2s, window: 6}
          - {name: wire, protocol: udp, host: 239.1.1.2, port: 5004, ttl: 4}
          - {name: wire2, protocol: rtp, host: "2001:db8::1", port: 5006, fec: 2022-1}
          - {name: tape, protocol: record, path: "/srv/%Y/%m.ts", segmentDuration: 60s, keep: 24h}
        ---
        # a second document
        """
}
