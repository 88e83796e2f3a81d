import FlowModel
import HeadgateTestKit
import Testing

@Suite("RTP and UDP in", .shared)
struct DatagramRelayTests {
    @Test("The gateway's own sender: every packet arrives", arguments: [DatagramSender.Framing.udp, .rtp])
    func ownSender(_ framing: DatagramSender.Framing) async throws {
        let stream = SyntheticStream(identifier: 5)
        let input = FreePorts.next()
        let udp = try DatagramReceiver(verifying: stream)
        let rtp = try DatagramReceiver(state: StreamVerifier(stream)) { $0.consume($1.dropFirst(12)) }
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: rtp, port: \(input)"],
                outputs: [
                    "name: udp, protocol: udp, host: 127.0.0.1, port: \(udp.port)",
                    "name: rtp, protocol: rtp, host: 127.0.0.1, port: \(rtp.port)",
                ]
            )
        ])
        let sender = try DatagramSender(stream, to: input, framing: framing, interval: .milliseconds(2), limit: 1_000)
        sender.waitUntilSent()
        for receiver in [udp, rtp] {
            try await eventually("all packets") { receiver.current.packetCount >= sender.packetCount }
            #expect(receiver.current.faults == [])
            #expect(receiver.current.firstIndex == 0)
        }
        let flow = try await gateway.waitForFlow("live", "counted") {
            ($0.leg()?.transportStream?.packets ?? 0) >= 7_000
        }
        #expect(flow.leg()?.transportStream?.continuityErrors == 0)
        #expect(flow.leg()?.counters.packetsLost == 0)
    }

    @Test("Gaps, duplicates and reordering of RTP are counted, and order is restored")
    func disorder() async throws {
        let stream = SyntheticStream(identifier: 6)
        let input = FreePorts.next()
        let receiver = try DatagramReceiver(verifying: stream)
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.relay("live", from: input, to: receiver.port)
        ])
        let socket = try UDPSocket()
        let datagram = { (number: UInt64) in
            DatagramSender.header(number) + stream.bytes(from: number * 7, count: 7)
        }
        // 0 1 3 2 4 4 5 7 8 … : one swap, one duplicate, 6 is missing.
        for number: UInt64 in [0, 1, 3, 2, 4, 4, 5] + Array(7...60) { try socket.send(datagram(number), to: input) }
        try await eventually("the last packet", detail: { "\(receiver.current)" }) {
            receiver.current.nextIndex == 61 * 7
        }
        #expect(receiver.current.missingCount == 7)
        #expect(receiver.current.faults.count == 1, "\(receiver.current.faults)")
        // A snapshot may be a moment old.
        let flow = try await gateway.waitForFlow("live", "the gap counted") {
            $0.leg()?.counters.packetsLost == 1
        }
        let counters = try #require(flow.leg()?.counters)
        #expect(counters.packetsDuplicated == 1)
        #expect(counters.packetsReordered >= 1)
    }

    @Test("ffmpeg pushes H.264 and AAC", arguments: ["udp", "rtp"])
    func ffmpegPushes(_ scheme: String) async throws {
        let clip = try await TransportStreamFixture.path
        let input = FreePorts.next()
        let header = scheme == "rtp" ? 12 : 0
        let reference = try DatagramReceiver<[UInt8]>(headerLength: header)
        let udp = try DatagramReceiver<[UInt8]>()
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.relay("live", from: input, to: udp.port)
        ])
        let format = scheme == "rtp" ? "rtp_mpegts" : "mpegts"
        let target = { (port: UInt16) in "[f=\(format)]\(scheme)://127.0.0.1:\(port)?pkt_size=1316" }
        let publisher = try ClientProcess.ffmpeg([
            "-re", "-i", clip, "-t", "4", "-map", "0", "-c", "copy", "-f", "tee",
            "\(target(input))|\(target(reference.port))",
        ])
        #expect(try await publisher.waitForExit() == .code(0), "\(publisher.errorOutput)")
        try await eventually("all bytes") { udp.current.count >= reference.current.count }
        let comparison = StreamComparison(sent: reference.current, received: udp.current)
        #expect(comparison.isIdentical && comparison.sentPackets > 1_000, "\(comparison)")
        let codecs = Set(try gateway.flow("live")?.leg()?.transportStream?.streams.map(\.codec) ?? [])
        #expect(codecs.isSuperset(of: ["H.264", "AAC"]))
    }

    @Test("GStreamer pushes H.264 and AAC", arguments: ["udp", "rtp"])
    func gstreamerPushes(_ scheme: String) async throws {
        let clip = try await TransportStreamFixture.path
        let directory = try TemporaryDirectory()
        let input = FreePorts.next()
        let udp = try DatagramReceiver<[UInt8]>()
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.relay("live", from: input, to: udp.port)
        ])
        let payloader = scheme == "rtp" ? ["rtpmp2tpay", "mtu=1328", "!"] : []
        let publisher = try ClientProcess.gstreamer(
            ["filesrc", "location=\(clip)", "!", "tsparse", "set-timestamps=true", "alignment=7", "!"]
                + ["tee", "name=t", "!", "queue", "!", "identity", "sync=true", "!"] + payloader
                + ["udpsink", "host=127.0.0.1", "port=\(input)", "sync=false"]
                + ["t.", "!", "queue", "!", "filesink", "location=\(directory.path("sent.ts"))"]
        )
        #expect(try await publisher.waitForExit() == .code(0), "\(publisher.errorOutput)")
        let sent = try directory.read("sent.ts")
        #expect(sent.count > 188 * 1_000)
        // The payloader keeps what does not fill its last packet.
        let least = sent.count - 7 * 188
        try await eventually("all bytes", detail: { "\(udp.current.count) of \(sent.count)" }) {
            udp.current.count >= least
        }
        let comparison = StreamComparison(sent: sent, received: udp.current)
        #expect(comparison.isPrefix, "\(comparison)")
        #expect(try gateway.flow("live")?.leg()?.counters.packetsLost == 0)
    }

    @Test("A stranger's datagrams are refused, and disturb nobody")
    func allowlist() async throws {
        let stream = SyntheticStream(identifier: 8)
        let input = FreePorts.next()
        let receiver = try DatagramReceiver(verifying: stream)
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: rtp, port: \(input), allow: [192.0.2.0/24]"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            )
        ])
        let sender = try DatagramSender(stream, to: input)
        defer { sender.stop() }
        try await eventually("some datagrams sent") { sender.packetCount >= 700 }
        let flow = try #require(try gateway.flow("live"))
        #expect(flow.leg()?.state == .waiting)
        #expect(receiver.current.packetCount == 0)
        // Allowed by an edit, the same sender is heard at once.
        try gateway.flows.write(
            FlowText.flow(
                "live",
                inputs: ["name: in, protocol: rtp, port: \(input), allow: [127.0.0.0/8]"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            ),
            to: "live.yaml"
        )
        try await eventually("packets") { receiver.current.packetCount > 100 }
        #expect(receiver.current.faults == [])
    }

    @Test("Garbage is counted and never ends the gateway")
    func garbage() async throws {
        let input = FreePorts.next()
        let receiver = try DatagramReceiver<[UInt8]>()
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.relay("live", from: input, to: receiver.port)
        ])
        let socket = try UDPSocket()
        var random = SystemRandomNumberGenerator()
        for round in 0..<2_000 {
            var bytes = (0..<Int.random(in: 0...1_500)).map { _ in UInt8.random(in: 0...255, using: &random) }
            // Half of them look like a TS packet or an RTP header at the start.
            if round.isMultiple(of: 2), !bytes.isEmpty { bytes[0] = round.isMultiple(of: 4) ? 0x47 : 0x80 }
            try socket.send(bytes, to: input)
        }
        let stream = SyntheticStream(identifier: 9)
        let sender = try DatagramSender(stream, to: input, framing: .rtp, limit: 200)
        sender.waitUntilSent()
        let flow = try await gateway.waitForFlow("live", "counting") { $0.leg()?.state == .connected }
        let leg = try #require(flow.leg())
        #expect(leg.counters.packetsRefused > 0 || leg.transportStream.map { $0.syncLosses > 0 } ?? false)
        #expect(gateway.process.isRunning)
    }
}
