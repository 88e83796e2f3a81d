import Media
import NIOCore

/// Cuts a stream of audio into frames, whatever their number in a PES packet, also where they lie across two. Each
/// frame's time is that of its PES packet plus the frames before it in exact samples.
struct AudioParser<Framing: AudioFraming>: Sendable {
    private var framing: Framing
    /// The beginning of a frame whose rest has yet to come; shorter than the longest frame.
    private var carry: [UInt8] = []
    /// The time of the frame in `carry`, when it is the first of its PES packet.
    private var carriedTime: PESTimestamp?
    /// The last bytes were frames; if not, one header is not enough to believe in a frame.
    private var isInStep = false
    private var isUnsupported = false

    /// The last time that a PES packet gave, and the samples since then.
    private var anchor: PESTimestamp?
    private var samples: UInt64 = 0
    private var samplingFrequency: UInt64 = 1

    init(_ framing: Framing) {
        self.framing = framing
    }

    /// Bytes were lost, and with them a frame that had begun.
    mutating func bytesLost() {
        carry.removeAll(keepingCapacity: true)
        carriedTime = nil
        isInStep = false
    }

    /// The next PES packet is complete.
    mutating func consume(_ content: PESContent, outputs: inout StreamOutputs) {
        guard !isUnsupported else { return }
        if carry.isEmpty {
            let used = parse(content.payload, boundary: 0, content, outputs: &outputs)
            carry.append(contentsOf: content.payload[used...])
            return
        }
        var bytes: [UInt8] = []
        swap(&bytes, &carry)
        let boundary = bytes.count
        bytes.append(contentsOf: content.payload)
        let used = bytes.withUnsafeBytes { parse($0, boundary: boundary, content, outputs: &outputs) }
        bytes.removeFirst(used)
        swap(&bytes, &carry)
    }

    /// Returns how many bytes are done with; the rest begins a frame.
    ///
    /// - Parameter boundary: where the PES packet begins in the bytes.
    private mutating func parse(
        _ bytes: UnsafeRawBufferPointer,
        boundary: Int,
        _ content: PESContent,
        outputs: inout StreamOutputs
    ) -> Int {
        var time = content.presentation
        var offset = 0
        // Where a frame may begin whose rest is missing, as long as no whole one was found.
        var candidate: Int?
        while offset < bytes.count {
            switch framing.next(UnsafeRawBufferPointer(rebasing: bytes[offset...]), isInStep: isInStep) {
            case .frames(let byteCount):
                if offset == 0, let carriedTime { startTime(carriedTime) }
                if offset >= boundary, let start = time {
                    startTime(start)
                    time = nil
                }
                carriedTime = nil
                candidate = nil
                isInStep = true
                pass(announcement: content.announcement, outputs: &outputs)
                offset += max(byteCount, 1)
                continue
            case .incomplete:
                if isInStep { return keep(from: offset, boundary: boundary, time: time) }
                candidate = candidate ?? offset
            case .invalid:
                if isInStep { outputs.statistics.malformed &+= 1 }
                isInStep = false
            case .unsupported(let name):
                isUnsupported = true
                outputs.items.append(.unsupported(name))
                return bytes.count
            }
            offset += 1
            while offset < bytes.count, !Framing.maySync(bytes[offset]) { offset += 1 }
        }
        return keep(from: candidate ?? bytes.count, boundary: boundary, time: time)
    }

    /// The bytes from `offset` on wait for more; the PES packet's time is theirs if they are the first in it.
    private mutating func keep(from offset: Int, boundary: Int, time: PESTimestamp?) -> Int {
        if offset >= boundary {
            carriedTime = time
        } else if offset > 0 {
            carriedTime = nil
        }
        return offset
    }

    private mutating func startTime(_ time: PESTimestamp) {
        anchor = time
        samples = 0
    }

    /// Passes on the frames that the framing found.
    private mutating func pass(announcement: Int, outputs: inout StreamOutputs) {
        if let configuration = framing.newConfiguration {
            outputs.items.append(.configuration(configuration.codec, configuration.record))
            framing.newConfiguration = nil
        }
        defer { framing.frames.removeAll(keepingCapacity: true) }
        for index in framing.frames.indices {
            let frame = framing.frames[index]
            guard frame.samplingFrequency > 0 else { continue }
            if samplingFrequency != UInt64(frame.samplingFrequency) {
                anchor = anchor?.advanced(by: elapsed)
                samples = 0
                samplingFrequency = UInt64(frame.samplingFrequency)
            }
            guard let anchor else { continue }
            let time = anchor.advanced(by: elapsed)
            samples &+= UInt64(frame.samples)
            outputs.items.append(
                .frame(
                    CodedFrame(payload: frame.payload, presentation: time, decoding: time, announcement: announcement)
                )
            )
        }
    }

    /// Since `anchor`, in 90 kHz ticks, rounded to the nearest.
    private var elapsed: UInt64 {
        (samples &* PESTimestamp.frequency &+ samplingFrequency / 2) / samplingFrequency
    }
}

/// What is at the start of some bytes of an audio stream.
enum AudioStep: Equatable {
    /// One frame, or several that come together, of so many bytes; `frames` has them, if a decoder can use them.
    case frames(byteCount: Int)
    /// More bytes are needed. Said only of frames whose length has a bound.
    case incomplete
    case invalid
    case unsupported(String)
}

struct AudioFrame: Sendable {
    var payload: ByteBuffer
    /// Of one channel.
    var samples: Int
    /// In hertz, above 0.
    var samplingFrequency: Int
}

/// Tells the frames of one audio format from each other.
protocol AudioFraming: Sendable {
    /// What is at the start of `bytes`, of which there is at least one.
    ///
    /// - Parameter isInStep: the bytes before were a frame, so that a header is to be believed.
    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep

    /// What `next` found; the caller empties it.
    var frames: [AudioFrame] { get set }
    /// When the configuration of the frames is new; the caller clears it.
    var newConfiguration: AudioConfiguration? { get set }
    /// Whether a frame may start with this byte.
    static func maySync(_ byte: UInt8) -> Bool
}

struct AudioConfiguration: Sendable {
    var codec: Codec
    var record: ByteBuffer
}
