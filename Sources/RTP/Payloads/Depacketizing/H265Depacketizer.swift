import Media
public import NIOCore

/// Reads H.265 in RTP, RFC 7798: single NAL units (§4.4.1), aggregation packets (§4.4.2) and fragments (§4.4.3), without
/// decoding order numbers (`sprop-max-don-diff` is 0). Losses are treated as those of H.264.
public struct H265Depacketizer: Sendable {
    /// Types of packets; those below are of NAL units.
    private enum PacketType {
        static let aggregation: UInt8 = 48
        static let fragment: UInt8 = 49
    }

    /// What it counted so far.
    public var counters: RTPDepacketizerCounters { assembler.counters }
    private var assembler: AccessUnitAssembler

    /// - Parameter parameterSets: NAL units of the session description's `sprop-vps`, `sprop-sps` and `sprop-pps`.
    public init(parameterSets: [ByteBuffer] = [], recovery: RTPLossRecovery = .nextKeyframe) {
        assembler = AccessUnitAssembler(codec: .hevc, parameterSets: parameterSets, recovery: recovery)
    }

    /// Takes the next packet and tells what it completes.
    public mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        guard !packet.payload.isEmpty else {
            if packet.lostBefore { assembler.packetsLost() }
            return
        }
        assembler.begin(packet, emit)
        if packet.payload.count < 2 {
            assembler.malformed()
        } else {
            switch Self.type(packet.payload) {
            case PacketType.aggregation: consumeAggregation(packet.payload)
            case PacketType.fragment: consumeFragment(packet.payload)
            case 0..<PacketType.aggregation: assembler.append(packet.payload)
            // Payload content information, and what has no meaning yet.
            default: assembler.counters.unsupported &+= 1
            }
        }
        assembler.end(packet, emit)
    }

    /// The stream ended: passes on the picture in progress, unless its end is missing.
    public mutating func finish(_ emit: (RTPDepacketizerEvent) -> Void) {
        assembler.streamEnded(emit)
    }

    private static func type(_ unit: UnsafeRawBufferPointer) -> UInt8 { unit[0] >> 1 & 0x3F }

    private mutating func consumeAggregation(_ payload: UnsafeRawBufferPointer) {
        var units = AggregatedUnits(UnsafeRawBufferPointer(rebasing: payload[2...]))
        while let unit = units.next() {
            guard Self.type(unit) < PacketType.aggregation else { return assembler.malformed() }
            assembler.append(unit)
        }
        if units.isBroken { assembler.malformed() }
    }

    private mutating func consumeFragment(_ payload: UnsafeRawBufferPointer) {
        guard payload.count > 3, payload[2] & 0x3F < PacketType.aggregation else { return assembler.malformed() }
        let header = payload[2]
        if header & 0x80 != 0 {
            assembler.beginUnit()
            let unitHeader: (UInt8, UInt8) = (payload[0] & 0x81 | header << 1 & 0x7E, payload[1])
            withUnsafeBytes(of: unitHeader) { assembler.continueUnit($0) }
        }
        assembler.continueUnit(UnsafeRawBufferPointer(rebasing: payload[3...]))
        if header & 0x40 != 0 { assembler.endUnit() }
    }
}
