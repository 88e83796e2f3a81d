public import Media
public import NIOCore

/// Cuts pictures of H.264 (RFC 6184, packetization mode 1) and H.265 (RFC 7798) into packets: a NAL unit a packet, or a
/// unit in several when it is too long.
///
/// Parameter sets go before each picture at which a decoder can start, unless it brings its own, in one packet when they
/// fit; access unit delimiters are left out. The marker is on a picture's last packet.
public struct VideoPacketizer: Sendable {
    /// Numbers, timestamps and counts of the packets so far.
    public private(set) var writer: RTPPacketWriter
    /// Samples that were broken or empty.
    public private(set) var refused: UInt64 = 0

    private let isHEVC: Bool
    private var lengthSize = 4
    private var parameterSets: [ByteBuffer] = []

    /// What a NAL unit is for the packetizer.
    /// - Throws: what is wrong with the configuration of the track, which is of H.264 or H.265.
    public init(
        _ track: MediaTrack,
        stream: RTPOutgoingStream,
        maximumPayload: Int = RTPPacketWriter.defaultMaximumPayload
    ) throws(CodecConfigurationError) {
        guard track.codec == .h264 || track.codec == .hevc else { throw .invalidField }
        isHEVC = track.codec == .hevc
        writer = RTPPacketWriter(stream, maximumPayload: maximumPayload)
        try configure(track.configuration)
    }

    /// The track's configuration changed.
    public mutating func configure(_ record: ByteBuffer) throws(CodecConfigurationError) {
        if isHEVC {
            let configuration = try HEVCDecoderConfiguration(reading: record)
            lengthSize = configuration.nalUnitLengthSize
            parameterSets =
                configuration.videoParameterSets + configuration.sequenceParameterSets
                + configuration.pictureParameterSets + configuration.supplementalInformation
        } else {
            let configuration = try AVCDecoderConfiguration(reading: record)
            lengthSize = configuration.nalUnitLengthSize
            parameterSets =
                configuration.sequenceParameterSets
                + (configuration.highProfile?.sequenceParameterSetExtensions ?? [])
                + configuration.pictureParameterSets
        }
    }

    /// The packets of a picture; nil for one that is broken or empty.
    public mutating func packetize(_ sample: MediaSample) -> RTPPackets? {
        let packets = sample.payload.withUnsafeReadableBytes { payload in
            packetize(payload, isKeyframe: sample.isKeyframe, timestamp: writer.timestamp(of: sample.presentationTime))
        }
        if packets == nil { refused &+= 1 }
        return packets
    }

    private mutating func packetize(
        _ payload: UnsafeRawBufferPointer,
        isKeyframe: Bool,
        timestamp: UInt32
    ) -> RTPPackets? {
        var isRandomAccess = isKeyframe
        var (hasUnits, hasSequenceSet, hasPictureSet) = (false, false, false)
        var units = NALUnits(payload, lengthSize: lengthSize)
        while let unit = units.next() {
            let kind = NALUnitKind(firstByte: unit[0], isHEVC: isHEVC)
            hasUnits = hasUnits || kind != .delimiter
            hasSequenceSet = hasSequenceSet || kind == .sequenceSet
            hasPictureSet = hasPictureSet || kind == .pictureSet
            isRandomAccess = isRandomAccess || kind == .randomAccess
        }
        guard hasUnits, !units.isBroken else { return nil }

        let sets = isRandomAccess && (!hasSequenceSet || !hasPictureSet) ? parameterSets : []
        let setBytes = sets.reduce(0) { $0 + $1.readableBytes }
        var packets = writer.makePackets(for: payload.count + setBytes)
        write(sets, byteCount: setBytes, to: &packets, timestamp)
        units = NALUnits(payload, lengthSize: lengthSize)
        while let unit = units.next() {
            if NALUnitKind(firstByte: unit[0], isHEVC: isHEVC) != .delimiter { write(unit, to: &packets, timestamp) }
        }
        packets.markLast()
        return packets
    }
}

// MARK: - Packets

extension VideoPacketizer {
    /// Parameter sets, in one packet if they fit: STAP-A (RFC 6184 §5.7.1), aggregation packet (RFC 7798 §4.4.2).
    private mutating func write(
        _ sets: [ByteBuffer],
        byteCount: Int,
        to packets: inout RTPPackets,
        _ timestamp: UInt32
    ) {
        let headerByteCount = isHEVC ? 2 : 1
        guard sets.count > 1, headerByteCount + 2 * sets.count + byteCount <= writer.maximumPayload else {
            for set in sets { set.withUnsafeReadableBytes { write($0, to: &packets, timestamp) } }
            return
        }
        writer.append(to: &packets, timestamp: timestamp) { payload in
            if isHEVC {
                // Of the lowest layer and temporal sub-layer.
                payload.writeMultipleIntegers(UInt8(48 << 1), UInt8(1))
            } else {
                // As important as the most important of them.
                let importance = sets.compactMap { $0.getInteger(at: $0.readerIndex, as: UInt8.self) }
                    .reduce(0) { max($0, $1 & 0x60) }
                payload.writeInteger(importance | 24)
            }
            for set in sets {
                payload.writeInteger(UInt16(truncatingIfNeeded: set.readableBytes))
                payload.writeImmutableBuffer(set)
            }
        }
    }

    /// A unit as it is, or in fragments: FU-A (RFC 6184 §5.8), FU (RFC 7798 §4.4.3).
    private mutating func write(_ unit: UnsafeRawBufferPointer, to packets: inout RTPPackets, _ timestamp: UInt32) {
        guard unit.count > writer.maximumPayload else {
            return writer.append(to: &packets, timestamp: timestamp) { $0.writeBytes(unit) }
        }
        let unitHeader = isHEVC ? 2 : 1
        let room = writer.maximumPayload - unitHeader - 1
        var start = unitHeader
        while start < unit.count {
            let end = min(start + room, unit.count)
            let edges: UInt8 = (start == unitHeader ? 0x80 : 0) | (end == unit.count ? 0x40 : 0)
            writer.append(to: &packets, timestamp: timestamp) { payload in
                if isHEVC {
                    payload.writeMultipleIntegers(unit[0] & 0x81 | 49 << 1, unit[1], edges | unit[0] >> 1 & 0x3F)
                } else {
                    payload.writeMultipleIntegers(unit[0] & 0xE0 | 28, edges | unit[0] & 0x1F)
                }
                payload.writeBytes(UnsafeRawBufferPointer(rebasing: unit[start..<end]))
            }
            start = end
        }
    }
}
