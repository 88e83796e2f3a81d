/// The frames since the last one at which a decoder can start: what a receiver that comes in the middle of a stream is
/// sent first.
struct RTMPGroup: Sendable {
    /// A group beyond these is not kept: receivers wait for the next start instead.
    static let maximumBytes = 16 << 20
    static let maximumFrames = 4_096

    /// In their order, beginning with a start; empty when there is none.
    private(set) var frames: [RTMPFrame] = []
    private var byteCount = 0
    private var isComplete = false

    mutating func add(_ frame: RTMPFrame) {
        if frame.isStart { forget() }
        guard frame.isStart || isComplete else { return }
        isComplete = true
        byteCount += frame.byteCount
        frames.append(frame)
        if byteCount > Self.maximumBytes || frames.count > Self.maximumFrames { forget() }
    }

    /// What came before was for another decoder, or is too much.
    mutating func forget() {
        frames.removeAll(keepingCapacity: true)
        byteCount = 0
        isComplete = false
    }
}
