import HeadgateTestKit
import Media
import RTP

/// The input is datagrams of two legs and their FEC, each behind two bytes: which way it came, when, and how long it is.
enum MergeFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        var merger = RTPMerger()
        var decoder = FECDecoder()
        var encoder = FECMatrix(columns: 5, rows: 4).map { FECEncoder(matrix: $0, columnSequence: 0, rowSequence: 0) }
        var time = MonotonicTime(nanoseconds: 1_000_000_000)
        var delivered: UInt64 = 0
        var offset = 0
        while offset + 2 <= input.count {
            let word = Int(input[offset]) << 8 | Int(input[offset + 1])
            let end = min(input.count, offset + 2 + word & 0x07ff)
            let datagram = UnsafeRawBufferPointer(rebasing: input[min(offset + 2, end)..<end])
            offset = max(end, offset + 2)
            time.nanoseconds &+= Int64(word >> 11 & 7) * 20_000_000
            func merge(_ datagram: UnsafeRawBufferPointer, on leg: MergeLeg) {
                merger.receive(datagram, on: leg, at: time) { payload in
                    delivered += 1
                    precondition(payload.count <= 2_048)
                }
            }
            switch word >> 14 {
            case 0: merge(datagram, on: .first)
            case 1: merge(datagram, on: .second)
            case 2:
                decoder.receiveMedia(datagram) { merge($0, on: .first) }
                encoder?.protect(datagram) { _, packet in
                    precondition(packet.count <= FECEncoder.maximumMediaBytes + FECEncoder.overhead)
                }
            default: decoder.receiveFEC(datagram) { merge($0, on: .first) }
            }
            if let deadline = merger.deadline, deadline <= time { merger.tick(at: time) { _ in delivered += 1 } }
            precondition(merger.heldPackets <= RTPMerger.maximumHeldPackets)
            precondition(decoder.heldFEC <= FECDecoder.maximumHeldFEC)
        }
        merger.flush { _ in delivered += 1 }
        precondition(merger.deadline == nil)
        precondition(delivered == merger.counters.delivered, "\(delivered) delivered, \(merger.counters)")
    }

    static let seeds: [[UInt8]] = {
        let stream = SyntheticStream()
        let datagram = { (number: UInt64) in DatagramSender.header(number) + stream.bytes(from: number, count: 1) }
        func framed(_ way: Int, _ datagram: [UInt8]) -> [UInt8] {
            let word = way << 14 | 1 << 11 | datagram.count
            return [UInt8(word >> 8), UInt8(word & 0xff)] + datagram
        }
        var legs: [UInt8] = []
        for number in UInt64(0)..<20 {
            if number % 5 != 0 { legs += framed(0, datagram(number)) }
            if number % 7 != 0 { legs += framed(1, datagram(number)) }
        }
        // A matrix with its FEC, of which a packet is missing.
        var corrected: [UInt8] = []
        if let matrix = FECMatrix(columns: 4, rows: 4) {
            var encoder = FECEncoder(matrix: matrix, columnSequence: 1, rowSequence: 1)
            for number in UInt64(0)..<40 {
                let media = datagram(number)
                if number != 6 { corrected += framed(2, media) }
                media.withUnsafeBytes { media in encoder.protect(media) { corrected += framed(3, Array($1)) } }
            }
        }
        return [legs, corrected]
    }()
}
