/// What a NAL unit is for the cutting of a stream into pictures, alike for H.264 and H.265.
public struct VideoUnit: Sendable {
    public enum Kind: Hashable, Sendable {
        /// A video, sequence or picture parameter set: these go into the configuration.
        case videoParameters
        case sequenceParameters
        case pictureParameters
        /// Says that an access unit begins; left out.
        case delimiter
        /// Left out.
        case filler
        /// Goes before a picture, so that behind one it begins the next.
        case prefix
        /// A slice; `startsPicture` for a picture's first.
        case slice(startsPicture: Bool)
        /// Belongs to the picture that it follows.
        case suffix
    }

    /// The slice of a field of an interlaced picture.
    public struct Field: Hashable, Sendable {
        public var isBottom: Bool
        public var frameNumber: UInt32
        public var isReference: Bool

        /// Whether the other field comes second in the same frame: ITU-T H.264 §3.30, complementary field pairs.
        public func isComplement(of first: Field) -> Bool {
            isBottom != first.isBottom && frameNumber == first.frameNumber && isReference == first.isReference
        }
    }

    public var kind: Kind
    /// A decoder can start at the picture, whatever else is in it.
    public var isRandomAccess = false
    /// A slice that refers to no other picture.
    public var isIntra = false
    /// Of a slice that is one of a field.
    public var field: Field?
    /// A message that says that a decoder can start here, ITU-T H.264 §D.1.8.
    public var hasRecoveryPoint = false

    public init(_ kind: Kind) {
        self.kind = kind
    }
}

extension VideoUnit {
    /// A NAL unit of H.265, ITU-T H.265 table 7-1; nil when it is shorter than its header.
    public init?(h265 unit: UnsafeRawBufferPointer) {
        guard unit.count > 2 else { return nil }
        let type = unit[0] >> 1 & 0x3F
        let layer = (unit[0] & 1) << 5 | unit[1] >> 3
        switch type {
        case 0...31 where layer == 0:
            self.init(.slice(startsPicture: unit[2] & 0x80 != 0))
            isRandomAccess = (16...23).contains(type)
        case 32 where layer == 0: self.init(.videoParameters)
        case 33 where layer == 0: self.init(.sequenceParameters)
        case 34 where layer == 0: self.init(.pictureParameters)
        case 35: self.init(.delimiter)
        case 38: self.init(.filler)
        case 39, 41...44, 48...55: self.init(.prefix)
        default: self.init(.suffix)
        }
    }

    /// A NAL unit of H.264, ITU-T H.264 table 7-1; nil for a slice whose header cannot be read.
    ///
    /// - Parameter set: the sequence parameter set with which slices are read, if there is one.
    public init?(h264 unit: UnsafeRawBufferPointer, set: H264SequenceParameterSet?) {
        guard let first = unit.first else { return nil }
        switch first & 0x1F {
        case 1, 2, 5:
            self.init(.slice(startsPicture: false))
            isRandomAccess = first & 0x1F == 5
            do { try readSlice(unit, set: set) } catch { return nil }
        case 6:
            self.init(.prefix)
            hasRecoveryPoint = Self.containsRecoveryPoint(unit)
        case 7: self.init(.sequenceParameters)
        case 8: self.init(.pictureParameters)
        case 9: self.init(.delimiter)
        case 14...18: self.init(.prefix)
        case 12: self.init(.filler)
        default: self.init(.suffix)
        }
    }

    /// The start of the slice header, ITU-T H.264 §7.3.3.
    private mutating func readSlice(
        _ unit: UnsafeRawBufferPointer,
        set: H264SequenceParameterSet?
    ) throws(BitstreamError) {
        var reader = BitstreamReader(unit, removesEmulationPrevention: true)
        let isReference = try reader.read(8) & 0x60 != 0
        kind = .slice(startsPicture: try reader.readUnsigned() == 0)
        let type = try reader.readUnsigned(upTo: 9) % 5
        isIntra = type == 2 || type == 4
        guard let set, !set.hasOnlyFrames else { return }
        _ = try reader.readUnsigned(upTo: 255)
        if set.hasSeparateColourPlanes { try reader.skip(2) }
        let number = try reader.read(set.frameNumberBits)
        guard try reader.readFlag() else { return }
        field = Field(isBottom: try reader.readFlag(), frameNumber: number, isReference: isReference)
    }

    /// Whether one of the messages is a recovery point, ITU-T H.264 §7.3.2.3.1.
    private static func containsRecoveryPoint(_ unit: UnsafeRawBufferPointer) -> Bool {
        var offset = 1
        func number() -> Int {
            var value = 0
            while offset < unit.count {
                let byte = unit[offset]
                offset += 1
                value += Int(byte)
                if byte != 0xFF { break }
            }
            return value
        }
        while offset + 2 < unit.count {
            let type = number()
            let size = number()
            if type == 6 { return true }
            // Bytes that prevent emulation are not in the size.
            var zeros = 0
            var left = size
            while left > 0, offset < unit.count {
                let byte = unit[offset]
                offset += 1
                if zeros >= 2, byte == 3 {
                    zeros = 0
                    continue
                }
                zeros = byte == 0 ? zeros + 1 : 0
                left -= 1
            }
        }
        return false
    }
}
