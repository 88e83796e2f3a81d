public import Media
public import NIOCore

/// Reads AAC in RTP, RFC 3640 §3: several frames in a packet, each with its header in front, or a fragment of one.
///
/// Headers have a size and an index, as in the mode `AAC-hbr` (§3.3.6); interleaved frames (§3.2.3.2) are refused. A frame
/// of which a fragment is missing is not passed on, nor is one whose first fragment may be missing.
public struct AACDepacketizer: Sendable {
    /// The widths of a header's fields in bits.
    public struct HeaderLayout: Hashable, Sendable {
        /// 1 to 32.
        public var sizeLength: Int
        /// In a packet's first header, 0 to 32.
        public var indexLength: Int
        /// In the others, 0 to 32.
        public var indexDeltaLength: Int

        /// Without widths: those of the mode `AAC-hbr`.
        public init(sizeLength: Int = 13, indexLength: Int = 3, indexDeltaLength: Int = 3) {
            self.sizeLength = sizeLength
            self.indexLength = indexLength
            self.indexDeltaLength = indexDeltaLength
        }

        var isValid: Bool {
            (1...32).contains(sizeLength) && (0...32).contains(indexLength) && (0...32).contains(indexDeltaLength)
        }
    }

    /// Larger frames are dropped. Real ones have 6144 bits for each channel at most.
    public static let maximumFrameBytes = 64 << 10

    /// What it counted so far.
    public private(set) var counters = RTPDepacketizerCounters()

    private let configuration: AudioSpecificConfig
    private let clock: AudioFrameClock
    private let layout: HeaderLayout
    private var hasToldConfiguration = false
    private var hasToldUnsupported = false
    private var fragment: Fragment?
    /// Fragments of this time belong to a frame whose beginning is missing.
    private var brokenTimestamp: UInt32?

    /// A frame of which the rest has yet to come.
    private struct Fragment: Sendable {
        var timestamp: UInt32
        var byteCount: Int
        var payload: ByteBuffer
    }

    /// - Parameters:
    ///   - configuration: `AudioSpecificConfig`, the session description's `config`.
    ///   - clockRate: of the timestamps, in hertz.
    public init(
        configuration: ByteBuffer,
        clockRate: RTPClockRate,
        layout: HeaderLayout = HeaderLayout()
    ) throws(CodecConfigurationError) {
        guard layout.isValid else { throw .invalidField }
        self.configuration = try AudioSpecificConfig(reading: configuration)
        self.layout = layout
        clock = AudioFrameClock(self.configuration, clockRate: clockRate)
    }

    /// Takes the next packet and tells what it completes.
    public mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        if packet.lostBefore { dropFragment() }
        let payload = packet.payload
        guard !payload.isEmpty else { return }
        guard payload.count >= 2 else { return counters.malformed &+= 1 }
        let headerBits = Int(UInt16(bigEndian: payload.loadUnaligned(as: UInt16.self)))
        let dataStart = 2 + (headerBits + 7) / 8
        guard dataStart <= payload.count else { return counters.malformed &+= 1 }
        let headers = UnsafeRawBufferPointer(rebasing: payload[2..<dataStart])
        guard let sizes = try? readSizes(headers, bitCount: headerBits), !sizes.isEmpty else {
            return counters.malformed &+= 1
        }
        guard !sizes.contains(Self.interleaved) else { return refuseInterleaving(emit) }
        let data = UnsafeRawBufferPointer(rebasing: payload[dataStart...])
        if sizes.count == 1, sizes[0] > data.count {
            consumeFragment(packet, data, byteCount: sizes[0], emit)
        } else {
            dropFragment()
            pass(sizes, of: data, timestamp: packet.header.timestamp, emit)
        }
    }

    /// What stands for the size of a frame that is not the next in time.
    private static let interleaved = -1

    private func readSizes(_ headers: UnsafeRawBufferPointer, bitCount: Int) throws(BitstreamError) -> [Int] {
        var reader = BitstreamReader(headers)
        var sizes: [Int] = []
        var indexLength = layout.indexLength
        while bitCount - reader.position >= layout.sizeLength + indexLength {
            let size = Int(try reader.read(layout.sizeLength))
            let index = try reader.read(indexLength)
            // The first index is a serial number that some senders count; the others tell how many are left out.
            sizes.append(sizes.isEmpty || index == 0 ? size : Self.interleaved)
            indexLength = layout.indexDeltaLength
        }
        return sizes
    }

    private mutating func refuseInterleaving(_ emit: (RTPDepacketizerEvent) -> Void) {
        counters.unsupported &+= 1
        guard !hasToldUnsupported else { return }
        hasToldUnsupported = true
        emit(.unsupported("interleaved AAC"))
    }

    private mutating func pass(
        _ sizes: [Int],
        of data: UnsafeRawBufferPointer,
        timestamp: UInt32,
        _ emit: (RTPDepacketizerEvent) -> Void
    ) {
        var rest = data
        for (index, size) in sizes.enumerated() {
            guard size <= rest.count else { return counters.malformed &+= 1 }
            let frame = UnsafeRawBufferPointer(rebasing: rest[..<size])
            rest = UnsafeRawBufferPointer(rebasing: rest[size...])
            guard !frame.isEmpty else { continue }
            pass(ByteBuffer(bytes: frame), timestamp: timestamp &+ clock.offset(ofFrame: index), emit)
        }
    }

    /// Each fragment has a header with the size of the whole frame, §3.2.3.1.
    private mutating func consumeFragment(
        _ packet: RTPPacket,
        _ data: UnsafeRawBufferPointer,
        byteCount: Int,
        _ emit: (RTPDepacketizerEvent) -> Void
    ) {
        let timestamp = packet.header.timestamp
        if let begun = fragment, begun.timestamp != timestamp || begun.byteCount != byteCount { dropFragment() }
        if fragment == nil {
            if packet.lostBefore, brokenTimestamp != timestamp {
                counters.broken &+= 1
                brokenTimestamp = timestamp
            }
            guard brokenTimestamp != timestamp else { return }
            guard byteCount <= Self.maximumFrameBytes else {
                counters.oversized &+= 1
                brokenTimestamp = timestamp
                return
            }
        }
        var frame = fragment ?? Fragment(timestamp: timestamp, byteCount: byteCount, payload: ByteBuffer())
        fragment = nil
        frame.payload.writeBytes(data)
        if frame.payload.readableBytes < byteCount {
            fragment = frame
            if packet.header.marker { dropFragment() }
        } else if frame.payload.readableBytes == byteCount {
            pass(frame.payload, timestamp: timestamp, emit)
        } else {
            counters.malformed &+= 1
        }
    }

    private mutating func dropFragment() {
        guard let begun = fragment else { return }
        counters.broken &+= 1
        brokenTimestamp = begun.timestamp
        fragment = nil
    }

    private mutating func pass(
        _ payload: ByteBuffer,
        timestamp: UInt32,
        _ emit: (RTPDepacketizerEvent) -> Void
    ) {
        if !hasToldConfiguration {
            hasToldConfiguration = true
            emit(.configuration(RTPTrackConfiguration(codec: .aac, record: configuration.record)))
        }
        counters.frames &+= 1
        emit(.frame(RTPFrame(payload: payload, timestamp: timestamp)))
    }
}
