import Foundation
import HeadgateTestKit
import Media
import NetworkAddress
import Testing
import Threads

@testable import PacketIO

@Suite("A receiver")
struct UDPReceiverTests {
    private let loop: PacketLoop
    private let handler = RecordingHandler()

    init() throws {
        loop = try PacketLoop(threads: 1, batchingInterval: .milliseconds(1))
    }

    private func receiver(
        _ bound: String? = "127.0.0.1",
        allow: Allowlist = .everyone,
        handler: RecordingHandler? = nil
    ) throws -> UDPReceiver {
        let configuration = UDPReceiverConfiguration(address: bound.map(address), allow: allow)
        return try loop.addReceiver(configuration, handler: handler ?? self.handler)
    }

    @Test(
        "passes on what is sent, in order and with its source",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), (nil, "127.0.0.1"), (nil, "::1"), ("0.0.0.0", "127.0.0.1"),
        ]
    )
    func delivery(bound: String?, destination: String) throws {
        let receiver = try receiver(bound)
        let sender = try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort, destination)))
        let datagrams = (0..<300).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 100 + $0) }
        sender.send(datagrams)
        let seen = handler.wait("300 datagrams arrive") { $0.datagrams.count >= 300 }
        #expect(seen.datagrams == datagrams)
        #expect(Set(seen.sources) == [loopback(sender.localPort, destination)])
        #expect(receiver.counters.datagrams == 300)
        #expect(receiver.counters.bytes == UInt64(datagrams.reduce(0) { $0 + $1.count }))
        #expect(receiver.counters.kernelDrops == 0)
    }

    @Test("does not answer to IPv4 when it is bound to ::, and does when it is bound to nothing")
    func families() throws {
        // Not one that the kernel may have given to somebody for IPv4.
        let port = FreePorts.next()
        _ = try loop.addReceiver(UDPReceiverConfiguration(address: address("::"), port: port), handler: handler)
        // A second one may have the port for IPv4, which shows that the first has not.
        let configuration = UDPReceiverConfiguration(address: address("0.0.0.0"), port: port)
        _ = try loop.addReceiver(configuration, handler: handler)
    }

    @Test("drops datagrams that are too long, counts them, and skips empty ones")
    func lengths() throws {
        let receiver = try receiver()
        let sender = try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort)))
        let longest = [UInt8](repeating: 7, count: PacketIOLimits.datagramBytes)
        sender.send([longest + [8], [], longest, [9]])
        let seen = handler.wait("the last datagram arrives") { $0.datagrams.last == [9] }
        #expect(seen.datagrams == [longest, [9]])
        #expect(receiver.counters.truncated == 1)
        #expect(receiver.counters.datagrams == 2)
    }

    @Test("turns strangers away, counts them and tells who they are")
    func strangers() throws {
        let receiver = try receiver(allow: allowlist("127.0.0.8/30", "10.0.0.0/8"))
        let friend = try makeSender(from: "127.0.0.9", to: loopback(receiver.localPort))
        let stranger = try makeSender(from: "127.0.0.12", to: loopback(receiver.localPort))
        stranger.send([[1], [1]])
        friend.send([[2]])
        stranger.send([[1]])
        friend.send([[3]])
        let seen = handler.wait("the friend's datagrams arrive") { $0.datagrams.count >= 2 && !$0.refusals.isEmpty }
        #expect(seen.datagrams == [[2], [3]])
        #expect(seen.refusals.first?.source == loopback(stranger.localPort, "127.0.0.12"))
        #expect(receiver.counters.refused == 3)
    }

    @Test("takes a new allowlist while it runs")
    func update() throws {
        let receiver = try receiver(allow: allowlist("127.0.0.1"))
        let first = try makeSender(from: "127.0.0.1", to: loopback(receiver.localPort))
        let second = try makeSender(from: "127.0.0.2", to: loopback(receiver.localPort))
        first.send([[1]])
        _ = handler.wait("the first sender is heard") { $0.datagrams == [[1]] }
        try receiver.update(allow: allowlist("127.0.0.2"))
        first.send([[2]])
        second.send([[3]])
        let seen = handler.wait("the second sender is heard") { $0.datagrams.last == [3] }
        #expect(seen.datagrams == [[1], [3]])
        #expect(receiver.counters.refused == 1)
    }

    @Test("moves its allowlist into the kernel in a flood, and keeps its friends and its count")
    func flood() throws {
        let receiver = try receiver(allow: allowlist("127.0.0.9"))
        let friend = try makeSender(from: "127.0.0.9", to: loopback(receiver.localPort))
        let stranger = try makeSender(from: "127.0.0.12", to: loopback(receiver.localPort))
        var sent: UInt64 = 0
        // Without a filter the handler's thread takes every one; with it only one in 1,024 costs anything.
        for round in 0..<50 {
            stranger.send(Array(repeating: [1], count: 200))
            sent += 200
            friend.send([[2]])
            _ = handler.wait("the friend is heard in round \(round)") { $0.datagrams.count == round + 1 }
        }
        waitUntil("every stranger is counted") { receiver.counters.refused == sent }
        #expect(receiver.counters.kernelDrops == 0)
        #expect(receiver.isFilteringInKernel)
        try receiver.update(allow: allowlist("127.0.0.12"))
        #expect(!receiver.isFilteringInKernel)
        stranger.send([[3]])
        _ = handler.wait("the stranger is heard once it is allowed") { $0.datagrams.last == [3] }
    }

    @Test(
        "sends from its own port, to addresses of both families where it is bound to both",
        arguments: [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), (nil, "127.0.0.1"), (nil, "::1")]
    )
    func answers(bound: String?, destination: String) throws {
        let receiver = try receiver(bound)
        let far = RecordingHandler()
        let other = try self.receiver(destination, handler: far)
        let datagram: [UInt8] = [1, 2, 3]
        for _ in 0..<2 {
            datagram.withUnsafeBytes { receiver.send($0, to: loopback(other.localPort, destination)) }
        }
        let seen = far.wait("both arrive") { $0.datagrams.count == 2 }
        #expect(seen.datagrams == [datagram, datagram])
        #expect(Set(seen.sources) == [loopback(receiver.localPort, destination)])
        // And it receives as before.
        datagram.withUnsafeBytes { other.send($0, to: loopback(receiver.localPort, destination)) }
        _ = handler.wait("the answer arrives") { $0.datagrams == [datagram] }
    }

    @Test("loses what cannot be sent: too long, to nobody, or after it was closed")
    func lost() throws {
        let receiver = try receiver()
        let far = RecordingHandler()
        let other = try self.receiver(handler: far)
        let destination = loopback(other.localPort)
        let long = [UInt8](repeating: 1, count: 70_000)
        long.withUnsafeBytes { receiver.send($0, to: destination) }
        let short: [UInt8] = [2]
        short.withUnsafeBytes { receiver.send($0, to: loopback(0)) }
        short.withUnsafeBytes { receiver.send($0, to: IPEndpoint(address: address("::1"), port: 9)) }
        short.withUnsafeBytes { receiver.send($0, to: destination) }
        receiver.close()
        short.withUnsafeBytes { receiver.send($0, to: destination) }
        let last = try UDPSender(UDPSenderConfiguration(destination: destination))
        last.send([[4]])
        let seen = far.wait("the last one arrives") { $0.datagrams.last == [4] }
        #expect(seen.datagrams == [short, [4]])
    }

    @Test("counts what the kernel dropped because nobody took it")
    func kernelDrops() throws {
        let gate = Locked<Bool>(true)
        let slow = RecordingHandler(onReceive: { _ in
            while gate.withLock({ $0 }) { usleep(1_000) }
            return nil
        })
        let configuration = UDPReceiverConfiguration(address: address("127.0.0.1"), receiveBufferBytes: 4_096)
        let receiver = try loop.addReceiver(configuration, handler: slow)
        let sender = try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort)))
        sender.send([[0]])
        _ = slow.wait("the handler has the first datagram") { !$0.datagrams.isEmpty }
        sender.send((0..<200).map { [UInt8($0)] })
        gate.withLock { $0 = false }
        waitUntil("200 datagrams are received or dropped") {
            let counters = receiver.counters
            return counters.kernelDrops > 0 && counters.datagrams + counters.kernelDrops == 201
        }
    }

    @Test("names what is wrong with its configuration")
    func errors() throws {
        let receiver = try receiver()
        func reason(_ configuration: UDPReceiverConfiguration) -> PacketIOError.Reason? {
            do throws(PacketIOError) {
                _ = try loop.addReceiver(configuration, handler: handler)
                return nil
            } catch {
                #expect(error.message.hasSuffix("."))
                return error.reason
            }
        }
        let localhost = address("127.0.0.1")
        #expect(reason(UDPReceiverConfiguration(address: localhost, port: receiver.localPort)) == .portInUse)
        #expect(reason(UDPReceiverConfiguration(port: receiver.localPort)) == .portInUse)
        #expect(reason(UDPReceiverConfiguration(address: address("192.0.2.250"))) == .addressNotAvailable)
        #expect(reason(UDPReceiverConfiguration(address: localhost, interface: "no-such-0")) == .noSuchInterface)
        #expect(reason(UDPReceiverConfiguration(group: localhost)) == .invalidConfiguration)
        receiver.close()
        #expect(reason(UDPReceiverConfiguration(address: localhost, port: receiver.localPort)) == nil)
    }
}
