import FlowModel
import MPEGTS
import Media
import RTP

/// Merges two legs by the sequence numbers of RTP, or by the content of their packets.
///
/// One of the two is set: both are changed in place, which an enumeration would copy.
struct StreamMerger: Sendable {
    let form: MergedLegs.Form
    let skewWindow: Duration
    private var sequence: RTPMerger?
    private var content: TSMerger?

    init(_ form: MergedLegs.Form, skewWindow: Duration) {
        self.form = form
        self.skewWindow = skewWindow
        switch form {
        case .sequence: sequence = RTPMerger(configuration: .init(skewWindow: skewWindow))
        case .content: content = TSMerger(configuration: .init(skewWindow: skewWindow))
        }
    }

    /// Takes an RTP packet.
    mutating func receive(
        packet: UnsafeRawBufferPointer,
        on leg: MergeLeg,
        at now: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        sequence?.receive(packet, on: leg, at: now, deliver: deliver)
    }

    /// Takes a payload of a transport stream, one of a batch.
    mutating func receive(
        payload index: Int,
        of batch: PacketBatch,
        on leg: MergeLeg,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        content?.receive(
            batch.payloads[index],
            on: leg,
            afterLoss: batch.losses?[index] ?? false,
            sent: batch.dueTimes?[index],
            at: batch.arrival
        ) { Self.payloads($0, deliver) }
    }

    /// Cuts packets that waited, which may be many, into what SRT and RTP carry at once.
    private static func payloads(_ packets: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        for start in stride(from: 0, to: packets.count, by: TSPayloads.byteCount) {
            let end = min(packets.count, start + TSPayloads.byteCount)
            deliver(UnsafeRawBufferPointer(rebasing: packets[start..<end]))
        }
    }

    var deadline: MonotonicTime? { sequence?.deadline ?? content?.deadline }

    mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        sequence?.tick(at: now, deliver: deliver)
        content?.tick(at: now) { Self.payloads($0, deliver) }
    }

    /// A leg has no sender any more.
    mutating func reset(_ leg: MergeLeg, at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        sequence?.reset(leg)
        content?.reset(leg, at: now) { Self.payloads($0, deliver) }
    }

    /// Passes on what waits.
    mutating func flush(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        sequence?.flush(deliver: deliver)
        content?.flush(at: now) { Self.payloads($0, deliver) }
    }

    /// The next packet starts another stream.
    mutating func reset() {
        sequence?.reset()
        content?.reset()
    }

    /// What came on neither leg so far.
    var lost: UInt64 { sequence?.counters.lost ?? content?.counters.gaps ?? 0 }

    func loss(of count: UInt64) -> MergeLoss { form == .sequence ? .packets(count) : .places(count) }

    func counters(of leg: MergeLeg) -> MergeLegCounters {
        sequence?.counters(of: leg) ?? content?.counters(of: leg) ?? MergeLegCounters()
    }

    func skew(at now: MonotonicTime) -> MergeSkew? { sequence?.skew(at: now) ?? content?.skew(at: now) }

    func isMatched(_ leg: MergeLeg) -> Bool { content?.isMatched(leg) ?? true }
}
