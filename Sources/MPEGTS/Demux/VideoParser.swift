import Media
import NIOCore

/// Cuts a stream of H.264 or H.265 into access units, with lengths before their NAL units and without parameter sets.
///
/// An access unit is passed on at the end of the PES packet in which it lies. Two kinds of streams wait for the next
/// packet: those whose access units go on over several PES packets (as soon as one was seen, or a packet was as long as
/// its length can say), and the first field of a pair, which become one sample.
struct VideoParser: Sendable {
    /// Larger access units are dropped.
    static let maximumAccessUnitBytes = 4 * 1024 * 1024

    private let codec: Codec
    private var sets: ParameterSetStore
    private var clock = VideoClock()
    private var picture = CodedPicture()
    /// What came behind the first field of a pair and before the second.
    private var prefix = CodedPicture()
    private var announcement = 0
    /// The first keyframe was passed on.
    private var hasStarted = false

    /// Access units go on over PES packets.
    private var isSplit = false
    private var held: [UInt8] = []
    private var heldTimes: (presentation: PESTimestamp?, decoding: PESTimestamp?) = (nil, nil)

    init(codec: Codec) {
        self.codec = codec
        sets = ParameterSetStore(codec: codec)
    }

    /// The next PES packet is complete.
    mutating func consume(_ content: PESContent, outputs: inout StreamOutputs) {
        let begins = startsAccessUnit(content.payload)
        if !held.isEmpty {
            if !begins {
                hold(content.payload, outputs: &outputs)
                return
            }
            parseHeld(outputs: &outputs)
        }
        announcement = content.announcement
        if !begins {
            // The rest of an access unit that was passed on.
            isSplit = true
            outputs.statistics.malformed &+= 1
        } else if isSplit || content.isFull {
            heldTimes = (content.presentation, content.decoding)
            hold(content.payload, outputs: &outputs)
        } else {
            clock.timesReceived(presentation: content.presentation, decoding: content.decoding)
            parse(content.payload, outputs: &outputs)
        }
    }

    /// Bytes were lost, and with them what had begun.
    mutating func bytesLost() {
        held.removeAll(keepingCapacity: true)
        picture = CodedPicture()
        prefix = CodedPicture()
    }

    /// Nothing more comes.
    mutating func finish(outputs: inout StreamOutputs) {
        parseHeld(outputs: &outputs)
        finishPicture(outputs: &outputs)
    }

    private mutating func hold(_ payload: UnsafeRawBufferPointer, outputs: inout StreamOutputs) {
        guard held.count + payload.count <= Self.maximumAccessUnitBytes else {
            held.removeAll(keepingCapacity: true)
            outputs.statistics.oversized &+= 1
            return
        }
        held.append(contentsOf: payload)
    }

    private mutating func parseHeld(outputs: inout StreamOutputs) {
        guard !held.isEmpty else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &held)
        clock.timesReceived(presentation: heldTimes.presentation, decoding: heldTimes.decoding)
        bytes.withUnsafeBytes { parse($0, outputs: &outputs) }
        bytes.removeAll(keepingCapacity: true)
        swap(&bytes, &held)
    }

    private func unit(_ bytes: UnsafeRawBufferPointer) -> VideoUnit? {
        codec == .hevc ? VideoUnit(h265: bytes) : VideoUnit(h264: bytes, set: sets.h264)
    }

    private func startsAccessUnit(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard AnnexBUnits.startsWithCode(payload) else { return false }
        var units = AnnexBUnits(UnsafeRawBufferPointer(rebasing: payload.prefix(64)))
        guard let first = units.next() else { return true }
        switch unit(first)?.kind {
        case .slice(let startsPicture): return startsPicture
        case .suffix: return false
        case .none, .filler, .delimiter, .prefix, .videoParameters, .sequenceParameters, .pictureParameters:
            return true
        }
    }

    private mutating func parse(_ payload: UnsafeRawBufferPointer, outputs: inout StreamOutputs) {
        picture.reserve(payload.count)
        for bytes in AnnexBUnits(payload) {
            guard let unit = unit(bytes) else {
                outputs.statistics.malformed &+= 1
                continue
            }
            consume(unit, bytes, outputs: &outputs)
        }
        if picture.firstField == nil { finishPicture(outputs: &outputs) }
    }

    private mutating func consume(_ unit: VideoUnit, _ bytes: UnsafeRawBufferPointer, outputs: inout StreamOutputs) {
        switch unit.kind {
        case .slice(let startsPicture):
            if startsPicture { startPicture(unit, outputs: &outputs) }
            guard picture.hasSlices || startsPicture else {
                outputs.statistics.malformed &+= 1
                return
            }
            picture.append(slice: unit, bytes)
        case .suffix:
            if picture.hasSlices { picture.append(bytes) }
        case .prefix:
            append(prefix: unit, bytes, outputs: &outputs)
        case .delimiter:
            endPicture(outputs: &outputs)
        case .filler:
            break
        case .videoParameters:
            receive(bytes, .video, outputs: &outputs)
        case .sequenceParameters:
            receive(bytes, .sequence, outputs: &outputs)
        case .pictureParameters:
            receive(bytes, .picture, outputs: &outputs)
        }
    }

    /// The first slice of a picture came: of the next one, or of the second field of this.
    private mutating func startPicture(_ unit: VideoUnit, outputs: inout StreamOutputs) {
        if picture.hasSlices {
            if let first = picture.firstField, let second = unit.field, second.isComplement(of: first) {
                picture.append(contentsOf: &prefix)
                picture.firstField = nil
                clock.dropTimes()
                return
            }
            finishPicture(outputs: &outputs)
        }
        picture.times = clock.takeTimes(frameDuration: sets.h264?.frameDuration)
        picture.firstField = unit.field
    }

    /// What cannot follow a picture's slices came.
    private mutating func endPicture(outputs: inout StreamOutputs) {
        if picture.hasSlices, picture.firstField == nil { finishPicture(outputs: &outputs) }
    }

    private mutating func append(prefix unit: VideoUnit, _ bytes: UnsafeRawBufferPointer, outputs: inout StreamOutputs)
    {
        endPicture(outputs: &outputs)
        if picture.hasSlices {
            prefix.append(prefix: unit, bytes)
        } else {
            picture.append(prefix: unit, bytes)
        }
    }

    private mutating func receive(
        _ bytes: UnsafeRawBufferPointer,
        _ kind: ParameterSetStore.Kind,
        outputs: inout StreamOutputs
    ) {
        endPicture(outputs: &outputs)
        if kind == .sequence {
            if picture.hasSlices { prefix.hasSequenceParameters = true } else { picture.hasSequenceParameters = true }
        }
        if !sets.receive(bytes, kind: kind) { outputs.statistics.malformed &+= 1 }
    }

    /// Passes the picture on, if there is one; what came for the next becomes the picture.
    private mutating func finishPicture(outputs: inout StreamOutputs) {
        guard picture.hasSlices else { return }
        var done = CodedPicture()
        swap(&done, &picture)
        swap(&prefix, &picture)
        guard !done.isOversized else {
            outputs.statistics.oversized &+= 1
            return
        }
        let isKeyframe = done.isKeyframe
        guard let times = done.times, hasStarted || (isKeyframe && sets.isComplete) else { return }
        if sets.hasChanged, let configuration = sets.takeConfiguration() {
            outputs.items.append(.configuration(codec, configuration))
            hasStarted = true
        }
        guard hasStarted else { return }
        outputs.items.append(
            .frame(
                CodedFrame(
                    payload: done.payload,
                    presentation: times.presentation,
                    decoding: times.decoding,
                    isKeyframe: isKeyframe,
                    announcement: announcement
                )
            )
        )
    }
}
