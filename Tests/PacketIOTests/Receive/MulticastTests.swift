import Foundation
import Media
import NetworkAddress
import Testing

@testable import PacketIO

@Suite("Multicast on the loopback interface")
struct MulticastTests {
    private let loop: PacketLoop
    private let handler = RecordingHandler()

    init() throws {
        loop = try PacketLoop(threads: 1, batchingInterval: .milliseconds(1))
    }

    private func receiver(_ group: String, port: UInt16 = 0, allow: Allowlist = .everyone) throws -> UDPReceiver {
        let configuration = UDPReceiverConfiguration(port: port, group: address(group), interface: "lo", allow: allow)
        return try loop.addReceiver(configuration, handler: handler)
    }

    private func sender(_ group: String, _ port: UInt16) throws -> UDPSender {
        let destination = IPEndpoint(address: address(group), port: port)
        return try UDPSender(UDPSenderConfiguration(destination: destination, timeToLive: 1, interface: "lo"))
    }

    @Test("A group's datagrams arrive")
    func delivery() throws {
        let receiver = try receiver("239.255.71.1")
        try sender("239.255.71.1", receiver.localPort).send([[1], [2]])
        #expect(handler.wait("two datagrams arrive") { $0.datagrams.count == 2 }.datagrams == [[1], [2]])
    }

    @Test("IPv6 groups are joined and left, for every source and for some")
    func joinsIPv6() throws {
        // Nothing is sent: Linux has no multicast route through the loopback interface for IPv6.
        let receiver = try receiver("ff15::4847:1")
        try receiver.update(allow: allowlist("2001:db8::1", "2001:db8::2"))
        try receiver.update(allow: allowlist("2001:db8::2", "2001:db8::3"))
        try receiver.update(allow: .everyone)
    }

    @Test("Two groups share a port without hearing each other")
    func sharedPort() throws {
        let first = try receiver("239.255.71.2")
        let second = RecordingHandler()
        let configuration = UDPReceiverConfiguration(
            port: first.localPort,
            group: address("239.255.71.3"),
            interface: "lo"
        )
        let other = try loop.addReceiver(configuration, handler: second)
        try sender("239.255.71.2", first.localPort).send([[1]])
        try sender("239.255.71.3", other.localPort).send([[2]])
        #expect(handler.wait("the first group arrives") { !$0.datagrams.isEmpty }.datagrams == [[1]])
        #expect(second.wait("the second group arrives") { !$0.datagrams.isEmpty }.datagrams == [[2]])
    }

    @Test("Sources are joined one by one and may change")
    func sources() throws {
        let receiver = try receiver("232.71.1.4", allow: allowlist("127.0.0.7"))
        let sender = try sender("232.71.1.4", receiver.localPort)
        let source = try #require(sender.localAddress)
        sender.send([[1]])
        try receiver.update(allow: Allowlist(networks: [try #require(IPNetwork("\(source)"))]))
        sender.send([[2]])
        #expect(handler.wait("the second datagram arrives") { !$0.datagrams.isEmpty }.datagrams == [[2]])
        // The kernel, not the allowlist, kept the first one out.
        #expect(receiver.counters.refused == 0)
        try receiver.update(allow: .everyone)
        sender.send([[3]])
        _ = handler.wait("the third datagram arrives") { $0.datagrams == [[2], [3]] }
        try receiver.update(allow: allowlist("127.0.0.7"))
        sender.send([[4]])
        try receiver.update(allow: .everyone)
        sender.send([[5]])
        _ = handler.wait("the fifth datagram arrives, the fourth does not") { $0.datagrams == [[2], [3], [5]] }
    }
}
