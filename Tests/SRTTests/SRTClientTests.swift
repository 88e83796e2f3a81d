import HeadgateTestKit
import Media
import SRT
import Testing

/// The programs that people publish and play with, through the guard filter.
@Suite("Encoders and players", .serialized)
struct SRTClientTests {
    private static let passphrase = "correct horse battery"

    enum Client: String, CaseIterable, Sendable {
        case ffmpeg
        case srtLiveTransmit
        case gstreamer
    }

    /// Starts a client that publishes a transport stream.
    private func publish(with client: Client, port: UInt16, keyLength: Int?) throws -> [ChildProcess] {
        let key = keyLength.map { "&passphrase=\(Self.passphrase)&pbkeylen=\($0)" } ?? ""
        let source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-c:v", "mpeg2video", "-b:v", "2M"]
        let url = "srt://127.0.0.1:\(port)?mode=caller&streamid=demo/in\(key)"
        switch client {
        case .ffmpeg:
            return [try ClientProcess.ffmpeg(source + ["-f", "mpegts", url])]
        case .srtLiveTransmit:
            let relayPort = FreePorts.next()
            return [
                try ClientProcess.srtLiveTransmit(from: "udp://127.0.0.1:\(relayPort)", to: url),
                try ClientProcess.ffmpeg(source + ["-f", "mpegts", "udp://127.0.0.1:\(relayPort)?pkt_size=1316"]),
            ]
        case .gstreamer:
            var sink = [
                "srtsink", "uri=srt://127.0.0.1:\(port)?mode=caller", "streamid=demo/in", "wait-for-connection=true",
            ]
            if let keyLength { sink += ["passphrase=\(Self.passphrase)", "pbkeylen=\(keyLength)"] }
            let pipeline = [
                "videotestsrc", "is-live=true", "!", "video/x-raw,format=I420,width=320,height=180,framerate=25/1", "!",
            ]
            return [
                try ClientProcess.gstreamer(
                    pipeline + [
                        "x264enc", "tune=zerolatency", "speed-preset=ultrafast", "!", "mpegtsmux", "alignment=7", "!",
                    ] + sink
                )
            ]
        }
    }

    @Test(
        "They publish through the guard, clear and encrypted",
        arguments: Client.allCases,
        [nil, 16, 24, 32] as [Int?]
    )
    func publishing(_ client: Client, _ keyLength: Int?) async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        var configuration = SRTListenerInputConfiguration(name: "demo/in")
        configuration.encryption = keyLength.map { SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: $0) }
        _ = try running.gateway.addInput(configuration, sink: sink)
        // A client gives up when a busy machine keeps its handshake waiting for three seconds; a person would start it
        // again.
        for attemptsLeft in (0..<4).reversed() {
            let processes = try publish(with: client, port: running.port, keyLength: keyLength)
            do {
                try await eventually(
                    "packets from \(client)",
                    within: .seconds(20),
                    detail: { processes.map(\.errorOutput).joined() + "\(running.events)" },
                    { sink.count > 50 }
                )
                break
            } catch  where attemptsLeft > 0 {
                continue
            }
        }
        let payloads = sink.current.payloads
        #expect(payloads.allSatisfy { $0.count % 188 == 0 && $0.first == 0x47 })
        #expect(running.refusals.isEmpty)
    }

    @Test("ffmpeg plays an output through the guard", arguments: [nil, 32] as [Int?])
    func playing(_ keyLength: Int?) async throws {
        let running = try RunningGateway()
        var configuration = SRTListenerOutputConfiguration(name: "demo/out")
        configuration.encryption = keyLength.map { SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: $0) }
        let output = try running.gateway.addOutput(configuration)
        let key = keyLength.map { "&passphrase=\(Self.passphrase)&pbkeylen=\($0)" } ?? ""
        let url = "srt://127.0.0.1:\(running.port)?mode=caller&streamid=demo/out\(key)"
        let player = try ClientProcess.ffmpeg(["-f", "data", "-i", url, "-map", "0", "-c", "copy", "-f", "data", "-"])
        try await eventually("the player", within: .seconds(60), detail: { player.errorOutput }) {
            output.statistics().state == .connected
        }
        let packet: [UInt8] = [0x47] + [UInt8](repeating: 7, count: 187)
        let payload = [UInt8]((0..<7).map { _ in packet }.joined())
        try await eventually("its copy", within: .seconds(60), every: .milliseconds(5), detail: { player.errorOutput })
        {
            send([payload], to: output)
            return player.output.utf8.count > 100_000
        }
    }
}
