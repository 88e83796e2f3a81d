import CLibSRT
import Media

/// The poller's receive memory: made once, filled from many sockets in a round, lent to sinks as batches.
///
/// A round reads all sockets before it delivers anything. What the sinks send then goes to libsrt in one go, and its
/// sending thread works through it without falling asleep between two packets.
final class SRTReceiveBuffers {
    enum Outcome {
        /// The round's share for one socket, or all memory, is used up; the socket may hold more.
        case full
        case empty
        case broken
    }

    private static let stride = 1_536  // an MTU, in whole cache lines
    private let memory: UnsafeMutableRawBufferPointer
    private let payloads: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
    private let dueTimes: UnsafeMutableBufferPointer<MonotonicTime>
    private let losses: UnsafeMutableBufferPointer<Bool>
    private(set) var count = 0

    init() {
        memory = .allocate(byteCount: SRTLimits.roundMessages * Self.stride, alignment: 64)
        payloads = .allocate(capacity: SRTLimits.roundMessages)
        payloads.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
        dueTimes = .allocate(capacity: SRTLimits.roundMessages)
        dueTimes.initialize(repeating: .zero)
        losses = .allocate(capacity: SRTLimits.roundMessages)
        losses.initialize(repeating: false)
    }

    deinit {
        memory.deallocate()
        payloads.deallocate()
        dueTimes.deallocate()
        losses.deallocate()
    }

    /// Whether a socket's whole share fits.
    var hasRoom: Bool { count + SRTLimits.batchMessages <= SRTLimits.roundMessages }

    /// Starts the next round.
    func removeAll() { count = 0 }

    /// Adds what the socket has due, up to its share and as far as `pace` allows.
    func fill(
        from socket: SRTSocket,
        pace: inout SRTReadPace,
        sequence: inout SRTSequence,
        at now: MonotonicTime
    ) -> Outcome {
        guard let base = memory.baseAddress else { return .broken }
        let limit = min(count + SRTLimits.batchMessages, SRTLimits.roundMessages)
        var control = srt_msgctrl_default
        pace.roundBegan(at: now)
        if pace.isQuiet(at: now), socket.hasNothingToSay { return .empty }
        while count < limit {
            guard pace.mayRead(at: now) else { return .empty }
            let slot = base + count * Self.stride
            let length = srt_recvmsg2(socket.id, slot.assumingMemoryBound(to: CChar.self), Int32(Self.stride), &control)
            guard length >= 0 else {
                return srt_getlasterror(nil) == SRT_EASYNCRCV.rawValue ? .empty : .broken
            }
            guard length > 0 else { return .empty }
            payloads[count] = UnsafeRawBufferPointer(start: slot, count: min(Int(length), Self.stride))
            dueTimes[count] = MonotonicTime(nanoseconds: control.srctime &* 1_000)
            losses[count] = sequence.isGap(before: control.pktseq)
            pace.messageRead(due: dueTimes[count])
            count += 1
        }
        return .full
    }

    /// The messages that `fill` added from one count to another.
    func batch(_ range: Range<Int>, arrival: MonotonicTime) -> PacketBatch {
        PacketBatch(
            payloads: UnsafeBufferPointer(rebasing: payloads[range]),
            arrival: arrival,
            dueTimes: UnsafeBufferPointer(rebasing: dueTimes[range]),
            losses: UnsafeBufferPointer(rebasing: losses[range])
        )
    }
}
