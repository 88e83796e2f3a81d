import NIOCore

/// A segment: its parts, one behind the other.
struct HLSSegment: Sendable {
    /// Its media sequence number.
    let number: Int
    /// On the stream's timeline, in ticks of 90 kHz.
    let start: Int64
    let date: WallClockTime
    /// It does not go on from the one before.
    let isDiscontinuous: Bool
    /// How many segments were discontinuous up to here, with this one.
    let discontinuities: Int
    /// A player can begin with it.
    let isIndependent: Bool
    var initialization: HLSInitialization
    private(set) var parts: [HLSPart] = []
    /// Where the last part ends, on the stream's timeline.
    private(set) var end: Int64
    /// Pictures of the video track.
    private(set) var pictureCount = 0
    private var fragmentByteCount = 0
    private var transportByteCount = 0
    /// Until when, on the stream's timeline, it is kept though it is no longer listed; nil while it is.
    var expiry: Int64?

    init(
        number: Int,
        start: Int64,
        date: WallClockTime,
        isDiscontinuous: Bool,
        discontinuities: Int,
        isIndependent: Bool,
        initialization: HLSInitialization
    ) {
        self.number = number
        self.start = start
        self.date = date
        self.isDiscontinuous = isDiscontinuous
        self.discontinuities = discontinuities
        self.isIndependent = isIndependent
        self.initialization = initialization
        end = start
    }

    var duration: Int64 { end - start }
    /// In all forms, with what initialises it if that is its own.
    var byteCount: Int {
        fragmentByteCount + transportByteCount
            + (initialization.number == number ? initialization.bytes.readableBytes : 0)
    }

    func byteCount(as form: HLSForm) -> Int {
        switch form {
        case .fragments: fragmentByteCount
        case .transport: transportByteCount
        }
    }

    /// Says what a part is as MPEG-TS.
    mutating func setTransport(_ packets: ByteBuffer, ofPart index: Int) {
        guard parts.indices.contains(index) else { return }
        transportByteCount += packets.readableBytes - parts[index].transport.readableBytes
        parts[index].transport = packets
    }

    mutating func append(_ part: HLSPart, pictures: Int) {
        parts.append(part)
        end += part.duration
        fragmentByteCount += part.fragment.readableBytes
        transportByteCount += part.transport.readableBytes
        pictureCount += pictures
    }
}
