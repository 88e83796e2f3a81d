/// What a receiver that comes in the middle of a stream is sent first: the frames since the last keyframe.
package struct DeliveryHistory<Frame: DeliveryFrame>: Sendable {
    /// A group of pictures beyond these is not kept: receivers wait for the next keyframe instead.
    package static var maximumBytes: Int { 16 << 20 }
    package static var maximumFrames: Int { 4_096 }

    /// In their order, beginning with one at which a decoder can start; empty when there is none.
    package private(set) var frames: [Frame] = []
    private var byteCount = 0
    private var isComplete = false

    package init() {}

    /// - Parameter isStart: A decoder can start with the frame.
    package mutating func add(_ frame: Frame, byteCount count: Int, isStart: Bool) {
        if isStart { forget() }
        guard isStart || isComplete else { return }
        isComplete = true
        byteCount += count
        frames.append(frame)
        if byteCount > Self.maximumBytes || frames.count > Self.maximumFrames { forget() }
    }

    /// What came before was for another decoder, or is too much.
    package mutating func forget() {
        frames.removeAll(keepingCapacity: true)
        byteCount = 0
        isComplete = false
    }
}
