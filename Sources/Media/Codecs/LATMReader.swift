public import NIOCore

/// Takes the elements of AAC in LATM apart, `AudioMuxElement` of ISO/IEC 14496-3 §1.7.3.1: one program of one layer, which
/// is what encoders send.
public struct LATMReader: Sendable {
    /// Nil until it is known: nothing can be understood before.
    public private(set) var mux: LATMStreamMux?

    /// - Parameter mux: the configuration when it comes on another way than the elements.
    public init(mux: LATMStreamMux? = nil) {
        self.mux = mux
    }

    /// The frames of one element, without any before the first configuration; nil when the configuration is of a kind
    /// that is not read. The bytes are borrowed during the call.
    ///
    /// - Parameters:
    ///   - carriesConfiguration: `muxConfigPresent`, the elements say whether the configuration is new.
    ///   - mustFill: refuses an element with bytes behind the payloads, as one that is not an element's beginning has.
    public mutating func read(
        _ element: UnsafeRawBufferPointer,
        carriesConfiguration: Bool = true,
        mustFill: Bool = false
    ) throws(BitstreamError) -> [ByteBuffer]? {
        var reader = BitstreamReader(element)
        if carriesConfiguration, try !reader.readFlag() {
            guard let mux = try LATMStreamMux(&reader) else { return nil }
            self.mux = mux
        }
        guard let mux else { return [] }
        var frames: [ByteBuffer] = []
        for _ in 0..<mux.subframes {
            let frame = try Self.readPayload(&reader, element, fixedByteCount: mux.fixedByteCount)
            if frame.readableBytes > 0 { frames.append(frame) }
        }
        if mustFill, reader.remainingBits >= 8 { throw .invalid }
        return frames
    }

    /// `PayloadLengthInfo` and `PayloadMux`, §1.7.3.1.
    private static func readPayload(
        _ reader: inout BitstreamReader,
        _ element: UnsafeRawBufferPointer,
        fixedByteCount: Int?
    ) throws(BitstreamError) -> ByteBuffer {
        var byteCount = 0
        if let fixedByteCount {
            byteCount = fixedByteCount
        } else {
            while true {
                let byte = Int(try reader.read(8))
                byteCount += byte
                if byte != 255 { break }
            }
        }
        return try reader.readBytes(byteCount, of: element)
    }
}
