import Media

/// Where decoding can begin: tells whether a packet begins an access unit that needs none before it.
struct EntryPoint: Hashable, Sendable {
    let pid: UInt16
    /// Nil for sound, every frame of which will do.
    private let unitType: UnitType?

    private enum UnitType: Hashable, Sendable {
        case h264, h265, mpeg2
        /// Only the random access indicator tells.
        case other
    }

    init(_ stream: TSStream) {
        pid = stream.pid
        guard stream.codec.kind == .video else {
            unitType = nil
            return
        }
        switch stream.codec.name {
        case "H.264": unitType = .h264
        case "H.265": unitType = .h265
        case "MPEG-2 video", "MPEG-1 video": unitType = .mpeg2
        default: unitType = .other
        }
    }

    var isVideo: Bool { unitType != nil }

    /// For a packet that starts a payload unit on `pid`. Encoders should set the random access indicator; for those that
    /// do not the units at the beginning tell, as far as the packet reaches.
    func isEntry(_ packet: TSPacket) -> Bool {
        guard let unitType else { return true }
        if packet.isRandomAccessPoint { return true }
        guard unitType != .other, !packet.isScrambled, let payload = packet.payload else { return false }
        var offset = 0
        while offset + 3 < payload.count {
            guard payload[offset] == 0, payload[offset + 1] == 0, payload[offset + 2] == 1 else {
                offset += 1
                continue
            }
            let code = payload[offset + 3]
            switch unitType {
            case .h264:
                let type = AVCUnitType(firstByte: code)
                if code & 0x80 == 0, type == .sequenceParameterSet || type.isRandomAccess { return true }
            case .h265:
                let type = HEVCUnitType(firstByte: code)
                if code & 0x80 == 0, type == .videoParameterSet || type == .sequenceParameterSet || type.isRandomAccess
                {
                    return true
                }
            case .mpeg2:
                if code == 0xB3 { return true }
            case .other: break
            }
            offset += 3
        }
        return false
    }
}
