import Media
import NIOCore

/// AAC in LATM with the LOAS sync layer, ISO/IEC 14496-3 §1.7: one program of one layer, which is what encoders send.
struct LATMFraming: AudioFraming {
    var frames: [AudioFrame] = []
    var newConfiguration: AudioConfiguration?
    private var reader = LATMReader()
    /// The configuration that was told last.
    private var record: ByteBuffer?
    private var isUnsupported = false

    init() {}

    static func maySync(_ byte: UInt8) -> Bool { byte == 0x56 }

    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep {
        guard bytes[0] == 0x56, bytes.count < 2 || bytes[1] & 0xE0 == 0xE0 else { return .invalid }
        guard bytes.count >= 3 else { return .incomplete }
        let byteCount = 3 + (Int(bytes[1] & 0x1F) << 8 | Int(bytes[2]))
        guard bytes.count >= byteCount else { return .incomplete }
        if !isInStep, bytes.count > byteCount, bytes[byteCount] != 0x56 { return .invalid }
        read(UnsafeRawBufferPointer(rebasing: bytes[3..<byteCount]))
        return isUnsupported ? .unsupported("AAC-LATM of several programs or layers") : .frames(byteCount: byteCount)
    }

    private mutating func read(_ element: UnsafeRawBufferPointer) {
        var payloads: [ByteBuffer] = []
        do throws(BitstreamError) {
            guard let read = try reader.read(element) else {
                isUnsupported = true
                return
            }
            payloads = read
        } catch {
            // The element's bounds are still good.
        }
        guard let configuration = reader.mux?.configuration else { return }
        if configuration.record != record {
            record = configuration.record
            newConfiguration = AudioConfiguration(codec: .aac, record: configuration.record)
        }
        frames = payloads.map {
            AudioFrame(
                payload: $0,
                samples: configuration.frameLength,
                samplingFrequency: configuration.samplingFrequency
            )
        }
    }
}
