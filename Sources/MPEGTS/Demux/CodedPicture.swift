import Media
import NIOCore

/// An access unit of video while its NAL units come.
struct CodedPicture: Sendable {
    private(set) var payload = ByteBuffer()
    private(set) var hasSlices = false
    /// It grew beyond the limit, and is of no use.
    private(set) var isOversized = false
    var times: (presentation: PESTimestamp, decoding: PESTimestamp)?
    /// The picture is one field so far.
    var firstField: VideoUnit.Field?
    var hasSequenceParameters = false

    private var isRandomAccess = false
    private var hasRecoveryPoint = false
    private var isIntra = true
    /// The second field has begun: it may refer to the first.
    private var isSecondField = false

    init() {}

    /// A decoder can start here: an IDR picture (in H.265 any random access point); a recovery point, which is what
    /// streams with open groups of pictures or gradual refresh have; or intra slices behind a sequence parameter set,
    /// from encoders that announce neither.
    var isKeyframe: Bool {
        isRandomAccess || hasRecoveryPoint || (hasSequenceParameters && isIntra)
    }

    /// Makes room for the units of a PES packet at once.
    mutating func reserve(_ count: Int) {
        if payload.capacity == 0 { payload.reserveCapacity(count + 64) }
    }

    mutating func append(slice unit: VideoUnit, _ bytes: UnsafeRawBufferPointer) {
        if !hasSlices { isRandomAccess = unit.isRandomAccess }
        hasSlices = true
        if !isSecondField { isIntra = isIntra && unit.isIntra }
        append(bytes)
    }

    mutating func append(prefix unit: VideoUnit, _ bytes: UnsafeRawBufferPointer) {
        if unit.hasRecoveryPoint { hasRecoveryPoint = true }
        append(bytes)
    }

    /// Adds a NAL unit behind its length.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard !isOversized, payload.readableBytes + bytes.count + 4 <= VideoParser.maximumAccessUnitBytes else {
            isOversized = true
            payload = ByteBuffer()
            return
        }
        payload.writeInteger(UInt32(truncatingIfNeeded: bytes.count))
        payload.writeBytes(bytes)
    }

    /// Adds the units that came before the second field, which begins.
    mutating func append(contentsOf prefix: inout CodedPicture) {
        isOversized =
            isOversized || prefix.isOversized
            || payload.readableBytes + prefix.payload.readableBytes > VideoParser.maximumAccessUnitBytes
        if !isOversized { payload.writeBuffer(&prefix.payload) }
        prefix = CodedPicture()
        isSecondField = true
    }
}
