import HeadgateTestKit
import Media
import RTP

/// The input is datagrams, each with its length in two bytes before it; the high bits of the length advance the clock.
enum RTPFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        var detector = TransportDetector()
        var receiver = RTPReceiver()
        var time = MonotonicTime(nanoseconds: 1_000_000_000)
        var delivered: UInt64 = 0
        var offset = 0
        while offset + 2 <= input.count {
            let word = Int(input[offset]) << 8 | Int(input[offset + 1])
            let end = min(input.count, offset + 2 + word & 0x07ff)
            let datagram = UnsafeRawBufferPointer(rebasing: input[min(offset + 2, end)..<end])
            offset = max(end, offset + 2)
            time.nanoseconds &+= Int64(word >> 11) * 1_000_000
            _ = detector.classify(datagram)
            receiver.receive(datagram, at: time) { payload in
                delivered += 1
                precondition(payload.count <= datagram.count || payload.count <= RTPReceiver.maximumHeldPayload)
            }
            if let deadline = receiver.deadline, deadline <= time { receiver.tick(at: time) { _ in delivered += 1 } }
            checkHeader(datagram)
        }
        receiver.flush { _ in delivered += 1 }
        precondition(receiver.deadline == nil)
        precondition(delivered == receiver.counters.delivered, "\(delivered) delivered, \(receiver.counters)")
    }

    private static func checkHeader(_ datagram: UnsafeRawBufferPointer) {
        guard let header = RTPHeader(decoding: datagram) else { return }
        precondition(header.payloadRange.lowerBound >= RTPHeader.fixedByteCount)
        precondition(header.payloadRange.upperBound <= datagram.count)
        var bytes = [UInt8](repeating: 0, count: RTPHeader.fixedByteCount)
        bytes.withUnsafeMutableBytes { header.encode(into: $0) }
        let again = bytes.withUnsafeBytes { RTPHeader(decoding: $0) }
        precondition(again?.sequenceNumber == header.sequenceNumber && again?.ssrc == header.ssrc)
        precondition(again?.timestamp == header.timestamp && again?.payloadType == header.payloadType)
    }

    static let seeds: [[UInt8]] = {
        let stream = SyntheticStream()
        let datagram = { (number: UInt64) in
            DatagramSender.header(number) + stream.bytes(from: number * 2, count: 2)
        }
        let join = { (datagrams: [[UInt8]]) in
            datagrams.flatMap { [UInt8($0.count >> 8) | 0x10, UInt8($0.count & 0xff)] + $0 }
        }
        let inOrder = (0..<6).map { datagram($0) }
        let disordered = [0, 2, 1, 1, 4, 70, 71, 5, 65_535, 0].map { datagram($0) }
        // CSRC list, extension and padding.
        let extended: [UInt8] =
            [0xb2, 33, 0, 1] + Array(repeating: 7, count: 8) + Array(repeating: 9, count: 8)
            + [0xbe, 0xde, 0, 1, 1, 2, 3, 4] + stream.packet(0) + [0, 0, 3]
        return [join(inOrder), join(disordered), join([extended]), join([stream.bytes(from: 0, count: 2)] + inOrder)]
    }()
}
