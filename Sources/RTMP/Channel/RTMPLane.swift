import NIOCore
import Synchronization

/// The receivers of one fan-out on one event loop.
final class RTMPLane: Sendable {
    private struct Queue {
        var frames: [RTMPFrame] = []
        var isScheduled = false
    }

    private struct Member {
        let receiver: RTMPReceiver
        /// Frames before this one were in the opening that it was sent.
        let first: UInt64
    }

    private let loop: any EventLoop
    private let queue = Mutex(Queue())
    private let members: NIOLoopBoundBox<[Member]>

    /// On the event loop.
    init(loop: any EventLoop) {
        self.loop = loop
        members = NIOLoopBoundBox([], eventLoop: loop)
    }

    /// From any thread.
    func offer(_ frame: RTMPFrame) {
        let isFirst = queue.withLock { queue in
            queue.frames.append(frame)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isFirst { loop.execute { self.empty() } }
    }

    func add(_ receiver: RTMPReceiver, from first: UInt64) {
        members.value.append(Member(receiver: receiver, first: first))
    }

    /// - Returns: Whether nobody is left.
    func remove(_ receiver: RTMPReceiver) -> Bool {
        members.value.removeAll { $0.receiver === receiver }
        return members.value.isEmpty
    }

    private func empty() {
        let frames = queue.withLock { queue in
            defer {
                queue.frames = []
                queue.isScheduled = false
            }
            return queue.frames
        }
        for member in members.value {
            if let last = frames.last, last.sequence < member.first { continue }
            member.receiver.receive(frames, from: member.first)
        }
    }
}
