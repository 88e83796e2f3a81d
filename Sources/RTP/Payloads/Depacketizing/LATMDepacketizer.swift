public import Media
public import NIOCore

/// Reads AAC in LATM in RTP, RFC 6416 §6: one element a packet, or one in several with the marker on the last.
///
/// What is lost is not told apart from what is there: behind a gap an element counts only when its payloads fill it.
public struct LATMDepacketizer: Sendable {
    /// Longer elements are dropped.
    public static let maximumElementBytes = 64 << 10

    /// What it counted so far.
    public private(set) var counters = RTPDepacketizerCounters()

    private let clockRate: RTPClockRate
    private let carriesConfiguration: Bool
    private var reader: LATMReader
    /// The configuration that was told last.
    private var told: ByteBuffer?
    private var isUnsupported = false

    private var element: [UInt8] = []
    private var timestamp: UInt32?
    /// Packets were lost before the element in progress or in it.
    private var hasLoss = false
    private var isOversized = false
    /// Packets of this time belong to an element that lost its beginning.
    private var brokenTimestamp: UInt32?

    /// - Parameters:
    ///   - configuration: `StreamMuxConfig`, the session description's `config`; nil when only the packets carry it.
    ///   - isConfigurationInBand: `cpresent`; needed without a configuration.
    ///   - clockRate: of the timestamps, in hertz.
    public init(
        configuration: ByteBuffer?,
        isConfigurationInBand: Bool,
        clockRate: RTPClockRate
    ) throws(CodecConfigurationError) {
        guard configuration != nil || isConfigurationInBand else { throw .truncated }
        self.clockRate = clockRate
        carriesConfiguration = isConfigurationInBand
        guard let configuration else {
            reader = LATMReader()
            return
        }
        let mux = configuration.withUnsafeReadableBytes { bytes in
            var bits = BitstreamReader(bytes)
            return try? LATMStreamMux(&bits)
        }
        guard let mux else { throw .invalidField }
        reader = LATMReader(mux: mux)
    }

    /// Takes the next packet and tells what it completes.
    public mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        guard !isUnsupported else { return }
        if packet.lostBefore {
            if !element.isEmpty {
                counters.broken &+= 1
                brokenTimestamp = timestamp
            }
            drop()
            hasLoss = true
        }
        guard !packet.payload.isEmpty, packet.header.timestamp != brokenTimestamp else { return }
        brokenTimestamp = nil
        if timestamp != packet.header.timestamp { finish(emit) }
        timestamp = packet.header.timestamp
        guard packet.header.marker, element.isEmpty, !isOversized else {
            hold(packet.payload)
            if packet.header.marker { finish(emit) }
            return
        }
        // Nearly always the element is whole.
        read(packet.payload, emit)
    }

    /// The stream ended: passes on the element in progress, whose end the sender may not mark.
    public mutating func finish(_ emit: (RTPDepacketizerEvent) -> Void) {
        var held: [UInt8] = []
        swap(&held, &element)
        if !held.isEmpty { held.withUnsafeBytes { read($0, emit) } }
        held.removeAll(keepingCapacity: true)
        swap(&held, &element)
        isOversized = false
    }

    private mutating func drop() {
        element.removeAll(keepingCapacity: true)
        isOversized = false
    }

    private mutating func hold(_ payload: UnsafeRawBufferPointer) {
        guard !isOversized, element.count + payload.count <= Self.maximumElementBytes else {
            if !isOversized { counters.oversized &+= 1 }
            drop()
            isOversized = true
            return
        }
        element.append(contentsOf: payload)
    }

    private mutating func read(_ element: UnsafeRawBufferPointer, _ emit: (RTPDepacketizerEvent) -> Void) {
        defer { hasLoss = false }
        var frames: [ByteBuffer] = []
        do throws(BitstreamError) {
            guard
                let read = try reader.read(element, carriesConfiguration: carriesConfiguration, mustFill: hasLoss)
            else {
                isUnsupported = true
                counters.unsupported &+= 1
                return emit(.unsupported("AAC-LATM of several programs or layers"))
            }
            frames = read
        } catch {
            if hasLoss { counters.broken &+= 1 } else { counters.malformed &+= 1 }
        }
        pass(frames, emit)
    }

    private mutating func pass(_ frames: [ByteBuffer], _ emit: (RTPDepacketizerEvent) -> Void) {
        guard let configuration = reader.mux?.configuration, let timestamp else { return }
        if !frames.isEmpty, configuration.record != told {
            told = configuration.record
            emit(.configuration(RTPTrackConfiguration(codec: .aac, record: configuration.record)))
        }
        let clock = AudioFrameClock(configuration, clockRate: clockRate)
        for (index, payload) in frames.enumerated() {
            counters.frames &+= 1
            emit(.frame(RTPFrame(payload: payload, timestamp: timestamp &+ clock.offset(ofFrame: index))))
        }
    }
}
