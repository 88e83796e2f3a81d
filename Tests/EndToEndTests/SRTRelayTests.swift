import FlowModel
import HeadgateTestKit
import Testing

/// What SRT clients send comes out of every kind of output, packet by packet.
@Suite("SRT in, SRT, RTP and UDP out", .shared)
struct SRTRelayTests {
    /// 4 seconds of 1.3 Mbit/s.
    private static let datagrams: UInt64 = 500
    private static let packets = datagrams * UInt64(DatagramSender.packetsPerDatagram)

    @Test("Every packet arrives once and in order", arguments: SRTPublisher.allCases, Encryption.all)
    func relay(_ publisher: SRTPublisher, _ encryption: Encryption?) async throws {
        let stream = SyntheticStream(identifier: UInt32.random(in: 1...UInt32.max))
        let (input, listening, calling, publisherPort) =
            (FreePorts.next(), FreePorts.next(), FreePorts.next(), FreePorts.next())
        let udp = try DatagramReceiver(verifying: stream)
        let rtp = try DatagramReceiver(state: StreamVerifier(stream)) { $0.consume($1.dropFirst(12)) }
        let fromListener = try DatagramReceiver(verifying: stream)
        let fromCaller = try DatagramReceiver(verifying: stream)

        let called = try SRTReceiver.srtLiveTransmit.start(
            port: calling,
            calls: false,
            to: fromCaller.port,
            encryption: encryption
        )
        defer { called.end() }
        let key = encryption.map { ", " + $0.flowField("encryption") } ?? ""
        let decryption = encryption.map { ", " + $0.flowField("decryption") } ?? ""
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: srt, mode: listener, port: \(input)\(decryption)"],
                outputs: [
                    "name: udp, protocol: udp, host: 127.0.0.1, port: \(udp.port)",
                    "name: rtp, protocol: rtp, host: 127.0.0.1, port: \(rtp.port)",
                    "name: play, protocol: srt, mode: listener, port: \(listening)\(key)",
                    "name: call, protocol: srt, mode: caller, host: 127.0.0.1, port: \(calling)\(key)",
                ]
            )
        ])
        let caller = try SRTReceiver.srtLiveTransmit.start(
            port: listening,
            calls: true,
            to: fromListener.port,
            encryption: encryption
        )
        defer { caller.end() }
        try await gateway.waitForFlow("live", "connected to both receivers") { flow in
            ["play", "call"].allSatisfy { flow.output($0)?.peers.count == 1 }
        }
        let client = try publisher.start(from: publisherPort, to: input, encryption: encryption)
        defer { client.end() }
        try await gateway.waitForFlow("live", "published to") { $0.leg()?.state == .connected }

        let sender = try DatagramSender(stream, to: publisherPort, interval: .milliseconds(8), limit: Self.datagrams)
        defer { sender.stop() }
        let receivers = [("udp", udp), ("rtp", rtp), ("SRT listener", fromListener), ("SRT caller", fromCaller)]
        try await eventually("all packets", detail: { "\(receivers.map { ($0, $1.current.packetCount) })" }) {
            receivers.allSatisfy { $1.current.packetCount >= Self.packets }
        }
        for (name, receiver) in receivers {
            let verifier = receiver.current
            #expect(verifier.faults == [], "\(name)")
            #expect(verifier.firstIndex == 0 && verifier.packetCount == Self.packets, "\(name)")
        }
        let leg = try #require(try gateway.flow("live")?.leg())
        #expect(leg.counters.packetsLost == 0)
        #expect(leg.transportStream?.continuityErrors == 0)
    }

    @Test("GStreamer receives what is served and what it is called for", arguments: Encryption.all)
    func gstreamerReceives(_ encryption: Encryption?) async throws {
        let stream = SyntheticStream(identifier: 77)
        let (input, listening, calling) = (FreePorts.next(), FreePorts.next(), FreePorts.next())
        let fromListener = try DatagramReceiver(verifying: stream)
        let fromCaller = try DatagramReceiver(verifying: stream)
        let called = try SRTReceiver.gstreamer.start(
            port: calling,
            calls: false,
            to: fromCaller.port,
            encryption: encryption
        )
        defer { called.end() }
        let key = encryption.map { ", " + $0.flowField("encryption") } ?? ""
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: rtp, port: \(input)"],
                outputs: [
                    "name: play, protocol: srt, mode: listener, port: \(listening)\(key)",
                    "name: call, protocol: srt, mode: caller, host: 127.0.0.1, port: \(calling)\(key)",
                ]
            )
        ])
        let caller = try SRTReceiver.gstreamer.start(
            port: listening,
            calls: true,
            to: fromListener.port,
            encryption: encryption
        )
        defer { caller.end() }
        try await gateway.waitForFlow("live", "connected to both receivers") { flow in
            ["play", "call"].allSatisfy { flow.output($0)?.peers.count == 1 }
        }
        let sender = try DatagramSender(stream, to: input, interval: .milliseconds(8), limit: Self.datagrams)
        defer { sender.stop() }
        for receiver in [fromListener, fromCaller] {
            try await eventually("all packets", detail: { "\(receiver.current)" }) {
                receiver.current.packetCount >= Self.packets
            }
            #expect(receiver.current.faults == [])
            #expect(receiver.current.firstIndex == 0)
        }
    }

    @Test("ffmpeg pushes H.264 and AAC, and gets it back byte by byte", arguments: Encryption.all)
    func ffmpegPushes(_ encryption: Encryption?) async throws {
        let clip = try await TransportStreamFixture.path
        let directory = try TemporaryDirectory()
        let (input, listening) = (FreePorts.next(), FreePorts.next())
        let udp = try DatagramReceiver<[UInt8]>()
        let rtp = try DatagramReceiver<[UInt8]>(headerLength: 12)
        let decryption = encryption.map { ", " + $0.flowField("decryption") } ?? ""
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: srt, mode: listener, port: \(input)\(decryption)"],
                outputs: [
                    "name: udp, protocol: udp, host: 127.0.0.1, port: \(udp.port)",
                    "name: rtp, protocol: rtp, host: 127.0.0.1, port: \(rtp.port)",
                    "name: play, protocol: srt, mode: listener, port: \(listening)",
                ]
            )
        ])
        // As data: ffmpeg then writes down what came instead of muxing it anew.
        let player = try ClientProcess.ffmpeg([
            "-f", "data", "-i", "srt://127.0.0.1:\(listening)", "-map", "0", "-c", "copy", "-flush_packets", "1", "-f",
            "data",
            directory.path("played.ts"),
        ])
        try await gateway.waitForFlow("live", "connected to ffmpeg") { $0.output("play")?.peers.count == 1 }

        let query = encryption.map { "?\($0.query)" } ?? ""
        let publisher = try ClientProcess.ffmpeg([
            "-re", "-i", clip, "-t", "4", "-map", "0", "-c", "copy", "-f", "tee",
            "[f=mpegts]srt://127.0.0.1:\(input)\(query)|[f=mpegts]\(directory.path("sent.ts"))",
        ])
        let media = try await gateway.waitForFlow("live", "inspected") { flow in
            let codecs = Set(flow.leg()?.transportStream?.streams.map(\.codec) ?? [])
            return codecs.isSuperset(of: ["H.264", "AAC"])
        }
        #expect(media.leg()?.transportStream?.pcrPID == 0x100)
        #expect(try await publisher.waitForExit() == .code(0), "\(publisher.errorOutput)")
        try await gateway.waitForFlow("live", "left") { $0.leg()?.state == .waiting }
        let sent = try directory.read("sent.ts")
        // What ffmpeg had not sent yet when it closed the connection, at most SRT's latency, is gone.
        let least = sent.count * 9 / 10
        for receiver in [udp, rtp] {
            try await eventually("most bytes", detail: { "\(receiver.current.count) of \(sent.count)" }) {
                receiver.current.count >= least
            }
            let comparison = StreamComparison(sent: sent, received: receiver.current)
            #expect(comparison.isPrefix, "\(comparison)")
        }
        try await eventually("most bytes played") { try directory.read("played.ts").count >= least }
        player.end()
        let played = StreamComparison(sent: sent, received: try directory.read("played.ts"))
        #expect(played.isPrefix, "\(played)")
    }

    @Test("Inputs share one port and are told apart by stream ID, each with its own key")
    func sharedPort() async throws {
        let key = Encryption(passphrase: "shared-port-key-1", keyLength: 16)
        let streams = (1...3).map { SyntheticStream(identifier: UInt32(900 + $0)) }
        let receivers = try streams.map { try DatagramReceiver(verifying: $0) }
        var files: [String: String] = [:]
        for (index, receiver) in receivers.enumerated() {
            let decryption = index == 1 ? ", " + key.flowField("decryption") : ""
            files["\(index).yaml"] = FlowText.flow(
                "flow\(index)",
                inputs: ["name: in, protocol: srt, mode: listener\(decryption)"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            )
        }
        let gateway = try await GatewayProcess.start(files)
        let port = try gateway.listenerPort("srt")
        var clients: [ChildProcess] = []
        var senders: [DatagramSender] = []
        for index in streams.indices {
            let source = FreePorts.next()
            clients.append(
                try SRTPublisher.srtLiveTransmit.start(
                    from: source,
                    to: port,
                    encryption: index == 1 ? key : nil,
                    // Plain, and in the access control form.
                    streamID: index == 2 ? "#!::r=flow2/in,m=publish" : "flow\(index)/in"
                )
            )
            try await gateway.waitForFlow("flow\(index)", "published to") { $0.leg()?.state == .connected }
            senders.append(try DatagramSender(streams[index], to: source, limit: 200))
        }
        for (receiver, sender) in zip(receivers, senders) {
            sender.waitUntilSent()
            try await eventually("all packets") { receiver.current.packetCount >= sender.packetCount }
            #expect(receiver.current.faults == [])
        }
        for client in clients { client.end() }
    }

    @Test("An SRT caller input calls, and calls again when the far side comes back")
    func callerInput() async throws {
        // 7 packets each 10 ms: its clock goes as fast as it is sent, and it goes on while nobody listens.
        let stream = SyntheticStream(identifier: 12, bitrate: 1_052_800)
        let beginning = ContinuousClock.now
        let receiver = try DatagramReceiver(verifying: stream)
        let (far, source) = (FreePorts.next(), FreePorts.next())
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: srt, mode: caller, host: 127.0.0.1, port: \(far), latency: 80ms"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            )
        ])
        for round in 0..<2 {
            receiver.reset(StreamVerifier(stream))
            let server = try ClientProcess.srtLiveTransmit(
                from: "udp://127.0.0.1:\(source)",
                to: "srt://:\(far)?mode=listener"
            )
            try await gateway.waitForFlow("live", "connected, round \(round)", within: .seconds(40)) {
                $0.leg()?.state == .connected
            }
            let passed = beginning.duration(to: .now) / .milliseconds(10)
            let sender = try DatagramSender(stream, to: source, limit: 100, startingAt: UInt64(passed))
            sender.waitUntilSent()
            try await eventually("all packets") { receiver.current.packetCount >= sender.packetCount }
            #expect(receiver.current.faults == [])
            server.end()
            try await gateway.waitForFlow("live", "left, round \(round)") { $0.leg()?.state == .waiting }
        }
    }
}
