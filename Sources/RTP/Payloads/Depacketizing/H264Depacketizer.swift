import Media
public import NIOCore

/// Reads H.264 in RTP, RFC 6184, in packetization modes 0 and 1: single NAL units (§5.6), several of one time (STAP-A,
/// §5.7.1), and fragments (FU-A, §5.8). What only the interleaved mode has is counted and makes its picture a broken one.
///
/// A picture of which something is missing is not passed on; after it, or after a gap, pictures are passed on from the next
/// keyframe on, unless the recovery says otherwise. Memory follows what came, at most 8 MiB. The fields of a frame become
/// one sample when they have one timestamp and the marker behind the second, as senders of whole frames do.
public struct H264Depacketizer: Sendable {
    /// Types of packets, RFC 6184 table 1; those from 1 to 23 are of NAL units.
    private enum PacketType {
        static let singleTimeAggregation: UInt8 = 24
        static let fragment: UInt8 = 28
        /// STAP-B, MTAP16, MTAP24 and FU-B.
        static let interleaved: Set<UInt8> = [25, 26, 27, 29]
    }

    /// What it counted so far.
    public var counters: RTPDepacketizerCounters { assembler.counters }
    private var assembler: AccessUnitAssembler

    /// - Parameter parameterSets: NAL units of the session description's `sprop-parameter-sets`.
    public init(parameterSets: [ByteBuffer] = [], recovery: RTPLossRecovery = .nextKeyframe) {
        assembler = AccessUnitAssembler(codec: .h264, parameterSets: parameterSets, recovery: recovery)
    }

    /// Takes the next packet and tells what it completes.
    public mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        guard let first = packet.payload.first else {
            if packet.lostBefore { assembler.packetsLost() }
            return
        }
        assembler.begin(packet, emit)
        switch first & 0x1F {
        case 1...23: assembler.append(packet.payload)
        case PacketType.singleTimeAggregation: consumeAggregation(packet.payload)
        case PacketType.fragment: consumeFragment(packet.payload, first: first)
        case let type where PacketType.interleaved.contains(type): assembler.unsupported()
        // Without a meaning: to be ignored, §5.4.
        default: assembler.counters.unsupported &+= 1
        }
        assembler.end(packet, emit)
    }

    /// The stream ended: passes on the picture in progress, unless its end is missing.
    public mutating func finish(_ emit: (RTPDepacketizerEvent) -> Void) {
        assembler.streamEnded(emit)
    }

    /// Units each behind its length of 16 bits.
    private mutating func consumeAggregation(_ payload: UnsafeRawBufferPointer) {
        var units = AggregatedUnits(UnsafeRawBufferPointer(rebasing: payload.dropFirst()))
        while let unit = units.next() {
            guard (1...23).contains(unit[0] & 0x1F) else { return assembler.malformed() }
            assembler.append(unit)
        }
        if units.isBroken { assembler.malformed() }
    }

    private mutating func consumeFragment(_ payload: UnsafeRawBufferPointer, first: UInt8) {
        guard payload.count > 2, (1...23).contains(payload[1] & 0x1F) else { return assembler.malformed() }
        let header = payload[1]
        if header & 0x80 != 0 {
            assembler.beginUnit()
            withUnsafeBytes(of: first & 0xE0 | header & 0x1F) { assembler.continueUnit($0) }
        }
        assembler.continueUnit(UnsafeRawBufferPointer(rebasing: payload[2...]))
        if header & 0x40 != 0 { assembler.endUnit() }
    }
}
