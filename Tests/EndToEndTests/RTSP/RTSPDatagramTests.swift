import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// RTP over UDP in the test's own hands: what is lost, what comes in another order, and what strangers send.
@Suite("RTSP over UDP", .shared)
struct RTSPDatagramTests {
    /// A publisher that has said RECORD and sends nothing by itself.
    private struct Session {
        let client: PlainRTSPClient
        /// For each track.
        let sockets: [UDPSocket]
        let serverPorts: [[UInt16]]

        init(_ description: String, tracks: Int, to base: String, port: UInt16) throws {
            client = try PlainRTSPClient(to: port)
            #expect(try client.ask("ANNOUNCE", base, body: description).status == 200)
            var sockets: [UDPSocket] = []
            var ports: [[UInt16]] = []
            var session = ""
            for track in 0..<tracks {
                let socket = try UDPSocket(port: FreePorts.next())
                let response = try client.ask(
                    "SETUP",
                    "\(base)/streamid=\(track)",
                    ["Transport: RTP/AVP/UDP;unicast;client_port=\(socket.port)-\(socket.port + 1);mode=record"]
                        + (session.isEmpty ? [] : ["Session: \(session)"])
                )
                #expect(response.status == 200, "\(response.text)")
                session = response.headers["session"]?.split(separator: ";").first.map(String.init) ?? session
                sockets.append(socket)
                ports.append(response.serverPorts)
            }
            #expect(try client.ask("RECORD", base, ["Session: \(session)"]).status == 200)
            self.sockets = sockets
            serverPorts = ports
        }

        func send(_ packet: [UInt8], track: Int = 0) throws {
            try sockets[track].send(packet, to: serverPorts[track][0])
        }
    }

    private func start(outputs: [String]) async throws -> (GatewayProcess, UInt16) {
        let gateway = try await GatewayProcess.start(
            ["live.yaml": FlowText.flow("live", inputs: ["name: cam, protocol: rtsp"], outputs: outputs)],
            arguments: ["--rtsp", "127.0.0.1:0"]
        )
        return (gateway, try gateway.listenerPort("rtsp"))
    }

    /// What ffmpeg sends of a clip's pictures, with the description that it gives.
    private func packets(of clip: String, in directory: TemporaryDirectory) async throws -> ([[UInt8]], String) {
        let receiver = try DatagramReceiver<[[UInt8]]>(port: FreePorts.next(), state: []) { $0.append($1) }
        let file = directory.path("clip.sdp")
        let result = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-re", "-i", clip, "-map", "0:v", "-c", "copy", "-bsf:v",
                "h264_mp4toannexb", "-f", "rtp", "-sdp_file", file, "rtp://127.0.0.1:\(receiver.port)?pkt_size=400",
            ]
        )
        #expect(result.status == .code(0), "\(result.errorOutput)")
        var packets = receiver.current
        try await eventually("all packets came") {
            defer { packets = receiver.current }
            return packets.count == receiver.current.count && !packets.isEmpty
        }
        // RTCP goes to another port.
        let text = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("SDP:") }.joined(separator: "\r\n")
        return (packets, text + "\r\na=control:streamid=0\r\n")
    }

    @Test("Losses are counted exactly, another order is put right, and pictures go on with the next keyframe")
    func losses() async throws {
        let directory = try TemporaryDirectory()
        let (gateway, port) = try await start(outputs: [
            "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m"
        ])
        let clip = try await FLVFixture.path
        let (packets, description) = try await packets(of: clip, in: directory)
        #expect(packets.count > 300)
        let session = try Session(description, tracks: 1, to: "rtsp://127.0.0.1:\(port)/live/cam", port: port)
        var random = SeededGenerator(seed: 7)
        var lost: UInt64 = 0
        var swapped: UInt64 = 0
        var index = 0
        while index < packets.count {
            // The ends stay: what is lost there nobody can know of.
            if index > 20, index < packets.count - 20 {
                if random.next() % 20 == 0 {
                    lost += 1
                    index += 1
                    continue
                }
                if random.next() % 20 == 0 {
                    try session.send(packets[index + 1])
                    try session.send(packets[index])
                    swapped += 1
                    index += 2
                    continue
                }
            }
            try session.send(packets[index])
            index += 1
            // In pieces, as a camera sends them: all at once would fill the socket's buffer.
            if index % 8 == 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(lost > 5 && swapped > 5)
        let flow = try await gateway.waitForFlow("live", "through with it") {
            ($0.leg()?.counters.packetsLost ?? 0) >= lost
        }
        #expect(flow.leg()?.counters.packetsLost == lost)
        #expect(flow.leg()?.counters.packetsReordered == swapped)
        _ = try session.client.ask("TEARDOWN", "rtsp://127.0.0.1:\(port)/live/cam")
        try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = try #require(names.first { $0.hasPrefix("tape") })
        let result = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-i", directory.path(tape), "-map", "0:v", "-f", "framemd5", "-",
            ]
        )
        // Each picture that goes on is whole: a decoder finds nothing to complain about, and makes what was sent of it.
        #expect(result.errorOutput == "")
        let sent = Set(try await FrameList.of(clip, isDecoded: true).hashes(0))
        let got = FrameList(result.output).hashes(0)
        #expect(got.count > 10)
        #expect(got.allSatisfy(sent.contains))
    }

    @Test("A transport stream in RTSP goes through byte for byte, private data and padding with it")
    func transportStream() async throws {
        let stream = SyntheticStream(identifier: 3)
        let output = try DatagramReceiver(verifying: stream)
        let (gateway, port) = try await start(outputs: [
            "name: out, protocol: udp, host: 127.0.0.1, port: \(output.port)"
        ])
        let description = [
            "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=video 0 RTP/AVP 33", "a=rtpmap:33 MP2T/90000",
            "a=control:streamid=0", "",
        ].joined(separator: "\r\n")
        let session = try Session(description, tracks: 1, to: "rtsp://127.0.0.1:\(port)/live/cam", port: port)
        for index in 0..<2_000 {
            var packet: [UInt8] = [0x80, 33, UInt8(truncatingIfNeeded: index >> 8), UInt8(truncatingIfNeeded: index)]
            packet += [0, 0, 0, 0, 1, 2, 3, 4]
            try session.send(packet + stream.bytes(from: UInt64(index) * 7, count: 7))
            if index % 20 == 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
        try await eventually("everything came out", detail: { "\(output.current)" }) {
            output.current.packetCount >= 14_000
        }
        #expect(output.current.isFlawless && output.current.missingCount == 0, "\(output.current)")
        #expect(try gateway.flow("live")?.leg()?.counters.packetsLost == 0)
    }
}
