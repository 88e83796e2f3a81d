package import Media

/// Makes a timeline that does not wrap of RTMP's timestamps, milliseconds modulo 2^32.
///
/// One serves all tracks of a publisher, so that they keep their places to each other. A step back that is too large
/// to be jitter means that the publisher's clock began anew: the timeline goes on from where it was.
package struct TimestampUnwrapper: Hashable, Sendable {
    private var last: UInt32?
    /// Of `last`, in milliseconds, before `offset`.
    private var position: Int64 = 0
    private var highest: Int64 = 0
    private var offset: Int64 = 0

    package init() {}

    package mutating func unwrap(_ timestamp: UInt32) -> MediaTime {
        if let last {
            // The nearer way around the circle; under 2^31 ms a step, so the sum cannot overflow in a lifetime.
            position &+= Int64(Int32(bitPattern: timestamp &- last))
        } else {
            position = Int64(timestamp)
            highest = position
        }
        last = timestamp
        if position &+ offset < highest &- FLVLimits.backwardMilliseconds {
            offset = highest &- position
        }
        let time = position &+ offset
        highest = max(highest, time)
        return MediaTime(milliseconds: time)
    }
}
