import Foundation
import Media
import NetworkAddress
import Testing

@testable import PacketIO

@Suite("A sender")
struct UDPSenderTests {
    private let loop: PacketLoop
    private let handler = RecordingHandler()
    private let receiver: UDPReceiver

    init() throws {
        loop = try PacketLoop(threads: 1, batchingInterval: .milliseconds(1))
        receiver = try loop.addReceiver(UDPReceiverConfiguration(address: address("127.0.0.1")), handler: handler)
    }

    private func sender(usesSegmentation: Bool = true) throws -> UDPSender {
        try UDPSender(
            UDPSenderConfiguration(destination: loopback(receiver.localPort), usesSegmentation: usesSegmentation)
        )
    }

    private func payloads(_ lengths: [Int]) -> [[UInt8]] {
        lengths.enumerated().map { index, length in
            (0..<length).map { UInt8(truncatingIfNeeded: $0 &+ index &* 31) }
        }
    }

    @Test(
        "sends each payload as one datagram, whatever runs of lengths they make",
        arguments: [
            [1_316], [1_316, 1_316], [1_316, 1_316, 188], [188, 1_316, 1_316], [1_316, 188, 1_316],
            [1, 2, 3, 2, 1], [5, 5, 5, 4, 4, 4, 5, 5], Array(repeating: 1_316, count: 63),
            Array(repeating: 1_316, count: 64), Array(repeating: 1_316, count: 200), [9_000, 9_000, 9_000],
            Array(repeating: 9_000, count: 20), [1, 1_316, 1_316, 1],
        ],
        [true, false]
    )
    func runs(lengths: [Int], usesSegmentation: Bool) throws {
        let sender = try sender(usesSegmentation: usesSegmentation)
        let expected = payloads(lengths)
        sender.send(expected)
        #expect(handler.wait("all arrive") { $0.datagrams.count >= expected.count }.datagrams == expected)
        #expect(sender.counters.datagrams == UInt64(expected.count))
        #expect(sender.counters.bytes == UInt64(lengths.reduce(0, +)))
        #expect(sender.counters.dropped == 0)
        #expect(sender.counters.lastError == nil)
    }

    @Test("puts a header before each payload", arguments: [1, 12, PacketIOLimits.headerBytes], [true, false])
    func headers(length: Int, usesSegmentation: Bool) throws {
        let sender = try sender(usesSegmentation: usesSegmentation)
        let bodies = payloads(Array(repeating: 1_316, count: 70) + [188, 1_316, 0])
        let header = (0..<length).map { UInt8($0) }
        sender.send(bodies, header: header)
        let seen = handler.wait("all arrive") { $0.datagrams.count >= bodies.count }
        #expect(seen.datagrams == bodies.map { header + $0 })
        #expect(sender.counters.bytes == UInt64(bodies.reduce(0) { $0 + $1.count + length }))
    }

    @Test("asks for headers in order, once each")
    func headerOrder() throws {
        let bodies = payloads(Array(repeating: 10, count: 130))
        var asked: [Int] = []
        let sender = try sender()
        bodies.flatMap { $0 }.withUnsafeBytes { bytes in
            let buffers = (0..<130).map { UnsafeRawBufferPointer(rebasing: bytes[$0 * 10..<$0 * 10 + 10]) }
            buffers.withUnsafeBufferPointer { pointer in
                sender.send(pointer, headerLength: 2) { index, header in
                    asked.append(index)
                    header[0] = UInt8(index)
                    header[1] = 0xff
                }
            }
        }
        #expect(asked == Array(0..<130))
        let seen = handler.wait("all arrive") { $0.datagrams.count >= 130 }
        #expect(seen.datagrams.map(\.first) == (0..<130).map { UInt8($0) })
    }

    @Test("takes batches as a sink")
    func sink() throws {
        let sender = try sender()
        [UInt8](repeating: 7, count: 188).withUnsafeBytes { bytes in
            [bytes, bytes].withUnsafeBufferPointer { sender.consume(PacketBatch(payloads: $0, arrival: .zero)) }
        }
        #expect(handler.wait("both arrive") { $0.datagrams.count == 2 }.datagrams.map(\.count) == [188, 188])
    }

    @Test("counts a port where nobody listens and goes on sending")
    func nobodyListens() throws {
        let sender = try sender()
        receiver.close()
        for _ in 0..<10 { sender.send([[1], [2, 2], [3]]) }
        #expect(sender.counters.connectionRefused > 0)
        #expect(sender.counters.lastError == nil)
        #expect(sender.counters.datagrams == 30)
    }

    @Test("drops what no datagram can carry, says so, and recovers")
    func tooLong() throws {
        let sender = try sender()
        sender.send(payloads([70_000, 70_000, 10]))
        #expect(sender.counters.dropped == 3)
        #expect(sender.counters.lastError == "Message too long")
        sender.send([[1]])
        _ = handler.wait("the next one arrives") { $0.datagrams == [[1]] }
        #expect(sender.counters.lastError == nil)
    }

    @Test("sends one by one where the way out cannot segment")
    func withoutSegmentation() throws {
        // Without checksums the kernel refuses to segment, as it does for devices that cannot.
        let sender = try sender()
        sender.disableChecksums()
        let expected = payloads([1_316, 1_316, 1_316, 9, 9])
        sender.send(expected)
        sender.send(expected)
        #expect(handler.wait("all arrive") { $0.datagrams.count >= 10 }.datagrams == expected + expected)
        #expect(sender.counters.datagrams == 10)
        #expect(sender.counters.dropped == 0)
    }

    @Test("ignores what comes after its close")
    func close() throws {
        let sender = try sender()
        sender.send([[1]])
        sender.close()
        sender.send([[2]])
        sender.close()
        #expect(sender.counters.datagrams == 1)
    }

    @Test("may be called from several threads")
    func threads() throws {
        let sender = try sender()
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<50 { sender.send([[1], [2]]) }
        }
        #expect(sender.counters.datagrams == 400)
        _ = handler.wait("all arrive") { $0.datagrams.count == 400 }
    }

    @Test("names what is wrong with its configuration")
    func errors() throws {
        func reason(_ configuration: UDPSenderConfiguration) -> PacketIOError.Reason? {
            do throws(PacketIOError) {
                _ = try UDPSender(configuration)
                return nil
            } catch {
                return error.reason
            }
        }
        let destination = loopback(9)
        #expect(reason(UDPSenderConfiguration(destination: destination, interface: "no-such-0")) == .noSuchInterface)
        #expect(reason(UDPSenderConfiguration(destination: destination, localPort: receiver.localPort)) == .portInUse)
        #expect(reason(UDPSenderConfiguration(destination: destination, timeToLive: 5, interface: "lo")) == nil)
        #expect(reason(UDPSenderConfiguration(destination: loopback(9, "::1"), timeToLive: 5, interface: "lo")) == nil)
    }

    @Test("has a limit for headers that it holds to, and one that keeps segmented messages within an IP packet")
    func limits() {
        #expect(PacketIOLimits.segmentedBytes + 20 + 8 <= 65_535)
        #expect(PacketIOLimits.headerBytes >= 12)
        #expect(PacketIOLimits.slotStride >= PacketIOLimits.datagramBytes)
        #expect(PacketIOLimits.slotStride % 64 == 0)
    }
}
