import HeadgateTestKit
import Media
import NetworkAddress
import PacketIO
import RTP
import Testing

@testable import FlowRuntime

@Suite("RTP and UDP sinks")
struct DatagramSinkTests {
    private let receiver: UDPSocket

    init() throws {
        receiver = try UDPSocket()
    }

    private func makeSink(_ framing: DatagramSink.Framing) throws -> DatagramSink {
        let destination = IPEndpoint(address: IPAddress(v4: 0x7f00_0001), port: receiver.port)
        return DatagramSink(sender: try UDPSender(UDPSenderConfiguration(destination: destination)), framing: framing)
    }

    private func consume(_ payloads: [[UInt8]], _ sink: DatagramSink) {
        let storage = payloads.flatMap { $0 }
        storage.withUnsafeBytes { bytes in
            var offset = 0
            let views = payloads.map { payload in
                defer { offset += payload.count }
                return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + payload.count])
            }
            views.withUnsafeBufferPointer { sink.consume(PacketBatch(payloads: $0, arrival: .zero)) }
        }
    }

    /// `count` TS packets, each numbered.
    private func packets(_ numbers: Range<Int>) -> [UInt8] {
        numbers.flatMap { [0x47, UInt8($0 & 0xff)] + [UInt8](repeating: UInt8($0 & 0xff), count: 186) }
    }

    private func receiveRTP() throws -> (sequence: UInt16, payload: [UInt8]) {
        let datagram = try #require(receiver.receive())
        let header = try #require(datagram.withUnsafeBytes { RTPHeader(decoding: $0) })
        #expect(header.payloadType == RTPHeader.transportStreamPayloadType)
        return (header.sequenceNumber, Array(datagram[header.payloadRange]))
    }

    @Test("Plain payloads go out as they came, whatever they are")
    func plain() throws {
        let sink = try makeSink(.plain)
        let payloads = [packets(0..<7), [1, 2, 3], packets(7..<8)]
        consume(payloads, sink)
        for payload in payloads { #expect(receiver.receive() == payload) }
    }

    @Test("RTP packets are numbered without a gap and carry the payloads untouched")
    func rtp() throws {
        let sink = try makeSink(.rtp)
        consume([packets(0..<7), packets(7..<14), packets(14..<15)], sink)
        let received = try (0..<3).map { _ in try receiveRTP() }
        #expect(received.map(\.payload) == [packets(0..<7), packets(7..<14), packets(14..<15)])
        #expect(received[1].sequence == received[0].sequence &+ 1)
        #expect(received[2].sequence == received[0].sequence &+ 2)
    }

    @Test("A payload longer than an Ethernet frame is divided on packet borders", arguments: [false, true])
    func jumbo(isRTP: Bool) throws {
        let sink = try makeSink(isRTP ? .rtp : .plain)
        consume([packets(0..<40)], sink)
        var collected: [UInt8] = []
        while collected.count < 40 * 188 {
            let payload = isRTP ? try receiveRTP().payload : try #require(receiver.receive())
            #expect(payload.count.isMultiple(of: 188) && payload.count <= 1_316)
            collected += payload
        }
        #expect(collected == packets(0..<40))
    }

    @Test("A stream cut without regard to packets leaves in RTP as whole packets")
    func unaligned() throws {
        let sink = try makeSink(.rtp)
        let stream = packets(0..<20)
        for start in stride(from: 0, to: stream.count, by: 1_000) {
            consume([Array(stream[start..<min(start + 1_000, stream.count)])], sink)
        }
        var collected: [UInt8] = []
        while collected.count < stream.count {
            let payload = try receiveRTP().payload
            #expect(payload.count.isMultiple(of: 188))
            collected += payload
        }
        #expect(collected == stream)
    }
}
