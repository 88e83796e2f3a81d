import FlowHub
import Media

/// What was handed out of an `hls` output, and to whom of late.
///
/// Players ask again and again, over connections that come and go: what tells them apart is their address.
struct HLSAudience: Sendable {
    /// Who has fetched nothing for so long is gone. A player waits for less, as long as the stream goes on.
    static let absence = Duration.seconds(30)
    /// Beyond these, further addresses count in the sums only.
    static let maximumMembers = 1_000

    struct Member: Sendable {
        var since: MonotonicTime
        var last: MonotonicTime
        var requests: UInt64 = 0
        var bytes: UInt64 = 0
        var rate = RateMeter()
    }

    private(set) var members: [String: Member] = [:]
    private(set) var requests: UInt64 = 0
    private(set) var bytes: UInt64 = 0
    private(set) var rate = RateMeter()

    init() {}

    mutating func delivered(_ byteCount: Int, to remote: String, at now: MonotonicTime) {
        requests &+= 1
        bytes &+= UInt64(byteCount)
        if members[remote] == nil {
            if members.count >= Self.maximumMembers { dropAbsent(at: now) }
            guard members.count < Self.maximumMembers else { return }
            members[remote] = Member(since: now, last: now)
        }
        members[remote]?.last = now
        members[remote]?.requests &+= 1
        members[remote]?.bytes &+= UInt64(byteCount)
    }

    /// Call it often: takes the samples that are due, and forgets who is gone.
    mutating func sampleRates(at now: MonotonicTime) {
        dropAbsent(at: now)
        rate.sample(bytes: bytes, at: now)
        for remote in members.keys {
            guard let bytes = members[remote]?.bytes else { continue }
            members[remote]?.rate.sample(bytes: bytes, at: now)
        }
    }

    private mutating func dropAbsent(at now: MonotonicTime) {
        members = members.filter { now < $0.value.last.advanced(by: Self.absence) }
    }
}
