import Media
import NIOCore

/// AAC in LATM with the LOAS sync layer, ISO/IEC 14496-3 §1.7: one program of one layer, which is what encoders send.
struct LATMFraming: AudioFraming {
    var frames: [AudioFrame] = []
    var newConfiguration: AudioConfiguration?
    private var mux: LATMStreamMux?
    private var isUnsupported = false

    init() {}

    static func maySync(_ byte: UInt8) -> Bool { byte == 0x56 }

    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep {
        guard bytes[0] == 0x56, bytes.count < 2 || bytes[1] & 0xE0 == 0xE0 else { return .invalid }
        guard bytes.count >= 3 else { return .incomplete }
        let byteCount = 3 + (Int(bytes[1] & 0x1F) << 8 | Int(bytes[2]))
        guard bytes.count >= byteCount else { return .incomplete }
        if !isInStep, bytes.count > byteCount, bytes[byteCount] != 0x56 { return .invalid }
        do throws(BitstreamError) {
            try read(UnsafeRawBufferPointer(rebasing: bytes[3..<byteCount]))
        } catch {
            // The element's bounds are still good.
            frames.removeAll(keepingCapacity: true)
        }
        return isUnsupported ? .unsupported("AAC-LATM of several programs or layers") : .frames(byteCount: byteCount)
    }

    /// `AudioMuxElement(1)`, §1.7.3.1.
    private mutating func read(_ element: UnsafeRawBufferPointer) throws(BitstreamError) {
        var reader = BitstreamReader(element)
        if try !reader.readFlag() {
            guard let mux = try LATMStreamMux(&reader, of: element) else {
                isUnsupported = true
                return
            }
            if mux.configuration.record != self.mux?.configuration.record {
                newConfiguration = AudioConfiguration(codec: .aac, record: mux.configuration.record)
            }
            self.mux = mux
        }
        // Until the first configuration nothing can be understood.
        guard let mux else { return }
        for _ in 0..<mux.subframes { try readPayload(&reader, element, mux) }
    }

    /// `PayloadLengthInfo` and `PayloadMux`, §1.7.3.1.
    private mutating func readPayload(
        _ reader: inout BitstreamReader,
        _ element: UnsafeRawBufferPointer,
        _ mux: LATMStreamMux
    ) throws(BitstreamError) {
        var byteCount = 0
        if let fixed = mux.fixedByteCount {
            byteCount = fixed
        } else {
            while true {
                let byte = Int(try reader.read(8))
                byteCount += byte
                if byte != 255 { break }
            }
        }
        let payload = try reader.readBytes(byteCount, of: element)
        guard byteCount > 0 else { return }
        frames.append(
            AudioFrame(
                payload: payload,
                samples: mux.configuration.frameLength,
                samplingFrequency: mux.configuration.samplingFrequency
            )
        )
    }
}
