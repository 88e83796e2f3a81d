import FlowModel
import Glibc
import HeadgateTestKit
import Testing

@Suite("IPv6 and multicast", .shared)
struct AddressFamilyTests {
    @Test("SRT on IPv6: the shared port and a port of its own")
    func srtOverIPv6() async throws {
        let streams = [SyntheticStream(identifier: 61), SyntheticStream(identifier: 62)]
        let receivers = try streams.map { try DatagramReceiver(verifying: $0) }
        let own = FreePorts.next()
        let gateway = try await GatewayProcess.start(
            [
                "shared.yaml": FlowText.flow(
                    "shared",
                    inputs: ["name: in, protocol: srt, mode: listener"],
                    outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receivers[0].port)"]
                ),
                "own.yaml": FlowText.flow(
                    "own",
                    inputs: ["name: in, protocol: srt, mode: listener, port: \(own)"],
                    outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receivers[1].port)"]
                ),
            ],
            arguments: ["--srt", "[::1]:0"]
        )
        let targets = ["srt://[::1]:\(try gateway.listenerPort("srt"))?streamid=shared/in", "srt://[::1]:\(own)"]
        let sources = [FreePorts.next(), FreePorts.next()]
        let clients = try zip(sources, targets).map { source, target in
            try ClientProcess.srtLiveTransmit(from: "udp://127.0.0.1:\(source)", to: target)
        }
        defer { for client in clients { client.end() } }
        for name in ["shared", "own"] {
            let flow = try await gateway.waitForFlow(name, "published to") { $0.leg()?.state == .connected }
            #expect(flow.leg()?.remote?.hasPrefix("[::1]:") == true)
        }
        let senders = try zip(streams, sources).map { try DatagramSender($0, to: $1, limit: 200) }
        defer { for sender in senders { sender.stop() } }
        for receiver in receivers {
            try await eventually("all packets", detail: { "\(receiver.current)" }) {
                receiver.current.packetCount >= 1_400
            }
            #expect(receiver.current.faults == [])
        }
    }

    /// One flow sends to the group through the loopback interface, two listen; to one of them the sender is a stranger.
    @Test("Multicast on the loopback interface: a source-specific join hears its source and no other")
    func multicast() async throws {
        let stream = SyntheticStream(identifier: 63)
        let group = "232.71.9.1"
        let source = try #require(Self.source(of: group))
        let (input, heard, unheard) = (FreePorts.next(), FreePorts.next(), FreePorts.next())
        let receiver = try DatagramReceiver(verifying: stream)
        let stranger = try DatagramReceiver(verifying: stream)
        func listening(_ name: String, _ port: UInt16, _ source: String, _ output: UInt16) -> String {
            FlowText.flow(
                name,
                inputs: ["name: in, protocol: rtp, port: \(port), group: \(group), interface: lo, allow: [\(source)]"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(output)"]
            )
        }
        let gateway = try await GatewayProcess.start([
            "heard.yaml": listening("heard", heard, source, receiver.port),
            "unheard.yaml": listening("unheard", unheard, "192.0.2.77", stranger.port),
            "send.yaml": FlowText.flow(
                "send",
                inputs: ["name: in, protocol: rtp, port: \(input)"],
                outputs: [
                    "name: heard, protocol: rtp, host: \(group), port: \(heard), ttl: 1, interface: lo",
                    "name: unheard, protocol: rtp, host: \(group), port: \(unheard), ttl: 1, interface: lo",
                ]
            ),
        ])
        for name in ["heard", "unheard", "send"] { try await gateway.waitForFlow(name) }
        let sender = try DatagramSender(stream, to: input, interval: .milliseconds(4), limit: 300)
        defer { sender.stop() }
        try await eventually("the group's packets", detail: { "\(receiver.current)\n\(gateway.log)" }) {
            receiver.current.packetCount >= 2_000
        }
        #expect(receiver.current.faults == [])
        #expect(try gateway.flow("heard")?.leg()?.address.contains("\(group):\(heard)") == true)
        #expect(try gateway.flow("unheard")?.leg()?.state == .waiting)
        #expect(stranger.current.packetCount == 0)
    }

    /// The address from which this machine sends to a group through the loopback interface: not always 127.0.0.1.
    private static func source(of group: String) -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var request = ip_mreqn()
        request.imr_ifindex = Int32(if_nametoindex("lo"))
        setsockopt(descriptor, 0, IP_MULTICAST_IF, &request, socklen_t(MemoryLayout<ip_mreqn>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        inet_pton(AF_INET, group, &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard result == 0 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
