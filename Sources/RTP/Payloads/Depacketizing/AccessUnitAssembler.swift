import Media
import NIOCore

/// Puts the NAL units of H.264 or H.265 together to access units, whose ends are told by the marker or by another
/// timestamp. Units go behind their lengths straight into the sample's memory; then they are looked at, and those that a
/// sample does not have (parameter sets, delimiters, filler) are taken off again.
///
/// Units without a picture wait for it: some cameras set the marker on parameter sets. A sender that sets the marker on
/// each slice is found out by its second one; from then on only timestamps count.
struct AccessUnitAssembler: Sendable {
    /// Larger access units are dropped.
    static let maximumBytes = 8 << 20
    private static let lengthByteCount = 4
    /// What a picture takes at once, at most: as much as the last one.
    private static let maximumReserve = 64 << 10

    var counters = RTPDepacketizerCounters()

    private let codec: Codec
    private let recovery: RTPLossRecovery
    private var sets: ParameterSetStore
    private var waitsForKeyframe = true
    /// A configuration was told.
    private var isConfigured = false
    /// Nothing but the first picture came, which may lack its beginning.
    private var isAtStart = true
    /// The marker is no end.
    private var ignoresMarkers = false
    /// Of the last access unit that a marker ended.
    private var finishedTimestamp: UInt32?

    private var timestamp: UInt32?
    private var payload = ByteBuffer()
    private var lastByteCount = 0
    /// Where the unit begins, with its length, of which the end has yet to come.
    private var unitStart: Int?
    private var picture = Picture()

    /// What the units of the access unit in progress said.
    private struct Picture {
        var hasSlices = false
        /// Packets were lost in it or just before it.
        var hasLoss = false
        /// Something is missing, it will not be passed on.
        var isBroken = false
        var isOversized = false
        var isRandomAccess = false
        var hasRecoveryPoint = false
        var hasSequenceParameters = false
        var isIntra = true

        /// The same rule as in a transport stream: a random access point, a recovery point, or intra slices behind a
        /// sequence parameter set, from encoders that announce neither.
        var isKeyframe: Bool { isRandomAccess || hasRecoveryPoint || (hasSequenceParameters && isIntra) }
    }

    /// - Parameter parameterSets: those that came on another way, as in a session description.
    init(codec: Codec, parameterSets: [ByteBuffer], recovery: RTPLossRecovery) {
        self.codec = codec
        self.recovery = recovery
        sets = ParameterSetStore(codec: codec)
        for set in parameterSets {
            set.withUnsafeReadableBytes { bytes in
                guard let kind = Self.unit(bytes, codec, nil)?.kind else { return }
                receive(kind, bytes)
            }
        }
    }

    private static func unit(
        _ bytes: UnsafeRawBufferPointer,
        _ codec: Codec,
        _ set: H264SequenceParameterSet?
    ) -> VideoUnit? {
        codec == .hevc ? VideoUnit(h265: bytes) : VideoUnit(h264: bytes, set: set)
    }
}

// MARK: - Packets

extension AccessUnitAssembler {
    /// Before the units of each packet: ends the access unit when the packet is of another.
    mutating func begin(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        if packet.lostBefore { packetsLost() }
        if timestamp != packet.header.timestamp {
            finish(emit)
            timestamp = packet.header.timestamp
        }
        if packet.lostBefore { picture.hasLoss = true }
    }

    /// After the units of each packet.
    mutating func end(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        guard packet.header.marker, !ignoresMarkers else { return }
        if picture.hasSlices || picture.isBroken { finishedTimestamp = timestamp }
        finish(emit)
    }

    /// Packets without payload may tell of losses, too.
    mutating func packetsLost() {
        if picture.hasSlices || picture.isBroken || unitStart != nil {
            breakPicture()
        } else {
            startPicture()
        }
        picture.hasLoss = true
        if recovery == .nextKeyframe { waitsForKeyframe = true }
    }

    /// Nothing more comes: passes on the access unit in progress, unless its sender would have marked its end.
    mutating func streamEnded(_ emit: (RTPDepacketizerEvent) -> Void) {
        if finishedTimestamp != nil, !ignoresMarkers, picture.hasSlices { breakPicture() }
        finish(emit)
    }

    private mutating func finish(_ emit: (RTPDepacketizerEvent) -> Void) {
        if unitStart != nil { malformed() }
        guard picture.hasSlices || picture.isBroken else {
            // What came of a picture that was lost does not belong to the next.
            if picture.hasLoss { startPicture() }
            return
        }
        let done = picture
        isAtStart = false
        guard !done.isBroken else {
            if !done.isOversized { counters.broken &+= 1 }
            if recovery == .nextKeyframe { waitsForKeyframe = true }
            return startPicture()
        }
        guard !waitsForKeyframe || (done.isKeyframe && sets.isComplete) else { return skipPicture() }
        if sets.hasChanged { tellConfiguration(emit) }
        // Parameter sets may be of a kind that no configuration can tell.
        guard isConfigured else { return skipPicture() }
        waitsForKeyframe = false
        let frame = RTPFrame(payload: payload, timestamp: timestamp ?? 0, isKeyframe: done.isKeyframe)
        lastByteCount = payload.readableBytes
        payload = ByteBuffer()
        startPicture()
        counters.frames &+= 1
        emit(.frame(frame))
    }

    private mutating func tellConfiguration(_ emit: (RTPDepacketizerEvent) -> Void) {
        guard let record = sets.takeConfiguration() else { return }
        isConfigured = true
        let configuration = RTPTrackConfiguration(
            codec: codec,
            record: record,
            reorderDepth: sets.reorderDepth,
            frameDuration: sets.h264?.frameDuration.map { Int64(truncatingIfNeeded: $0) }
        )
        emit(.configuration(configuration))
    }

    private mutating func skipPicture() {
        counters.skipped &+= 1
        startPicture()
    }

    private mutating func startPicture() {
        if payload.readableBytes > 0 { payload.clear() }
        unitStart = nil
        picture = Picture()
    }
}

// MARK: - Units

extension AccessUnitAssembler {
    /// A whole unit.
    mutating func append(_ unit: UnsafeRawBufferPointer) {
        beginUnit()
        continueUnit(unit)
        endUnit()
    }

    mutating func beginUnit() {
        // The one before has no end.
        if unitStart != nil { malformed() }
        guard hasRoom(Self.lengthByteCount) else { return }
        if payload.capacity == 0 { payload.reserveCapacity(min(lastByteCount, Self.maximumReserve)) }
        unitStart = payload.writerIndex
        payload.writeInteger(UInt32(0))
    }

    mutating func continueUnit(_ bytes: UnsafeRawBufferPointer) {
        guard unitStart != nil else { return missingStart() }
        guard hasRoom(bytes.count) else { return }
        payload.writeBytes(bytes)
    }

    mutating func endUnit() {
        guard let start = unitStart else { return missingStart() }
        unitStart = nil
        let first = start + Self.lengthByteCount
        payload.setInteger(UInt32(truncatingIfNeeded: payload.writerIndex - first), at: start)
        let unit = payload
        let isKept = unit.withUnsafeReadableBytes { bytes in
            consume(UnsafeRawBufferPointer(rebasing: bytes[first...]))
        }
        if !isKept || picture.isBroken { payload.moveWriterIndex(to: start) }
    }

    /// What came cannot be read: the access unit is not whole.
    mutating func malformed() {
        counters.malformed &+= 1
        breakPicture()
    }

    /// What came is a unit or a fragment that this does not read.
    mutating func unsupported() {
        counters.unsupported &+= 1
        breakPicture()
    }

    /// Something is missing from the picture for a reason that was counted.
    private var expectsGap: Bool { picture.hasLoss || picture.isBroken || isAtStart }

    private mutating func missingStart() {
        // After a loss, or after the unit became too long, that is no news.
        if !expectsGap { counters.malformed &+= 1 }
        breakPicture()
    }

    private mutating func breakPicture() {
        picture.isBroken = true
        unitStart = nil
        payload.clear()
    }

    private mutating func hasRoom(_ count: Int) -> Bool {
        if payload.readableBytes + count <= Self.maximumBytes { return true }
        if !picture.isOversized { counters.oversized &+= 1 }
        picture.isOversized = true
        breakPicture()
        payload = ByteBuffer()
        return false
    }

    /// Looks at a unit that is complete; false when it does not belong into the sample.
    private mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let unit = Self.unit(bytes, codec, sets.h264) else {
            // An end of sequence of H.265 is nothing but a header.
            if codec == .hevc, bytes.count == 2 { return false }
            counters.malformed &+= 1
            picture.isBroken = true
            return false
        }
        switch unit.kind {
        case .slice(let startsPicture):
            guard picture.hasSlices || startsPicture else {
                sliceWithoutStart()
                return false
            }
            if !picture.hasSlices { picture.isRandomAccess = unit.isRandomAccess }
            picture.hasSlices = true
            picture.isIntra = picture.isIntra && unit.isIntra
            return true
        case .suffix:
            return picture.hasSlices
        case .prefix:
            if unit.hasRecoveryPoint { picture.hasRecoveryPoint = true }
            return true
        case .delimiter, .filler:
            return false
        case .videoParameters, .sequenceParameters, .pictureParameters:
            receive(unit.kind, bytes)
            return false
        }
    }

    /// The first slice of the picture is missing, or was taken for the whole picture.
    private mutating func sliceWithoutStart() {
        if !expectsGap {
            counters.malformed &+= 1
            if finishedTimestamp == timestamp { ignoresMarkers = true }
        }
        picture.isBroken = true
    }

    private mutating func receive(_ kind: VideoUnit.Kind, _ bytes: UnsafeRawBufferPointer) {
        let isRead: Bool
        switch kind {
        case .videoParameters: isRead = sets.receive(bytes, kind: .video)
        case .sequenceParameters:
            picture.hasSequenceParameters = true
            isRead = sets.receive(bytes, kind: .sequence)
        case .pictureParameters: isRead = sets.receive(bytes, kind: .picture)
        default: return
        }
        if !isRead { counters.malformed &+= 1 }
    }
}
