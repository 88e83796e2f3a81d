package import NIOCore
import Synchronization

/// Something that a fan-out sends to all its receivers, encoded once.
package protocol DeliveryFrame: Sendable {
    /// Frames of one stream are numbered without gaps.
    var sequence: UInt64 { get }
}

/// One connection that is sent a stream. Lives on its event loop.
package protocol DeliveryReceiver: AnyObject, SendableMetatype {
    associatedtype Frame: DeliveryFrame

    /// - Parameter first: frames before this one were in the opening that it was sent.
    func receive(_ frames: [Frame], from first: UInt64)
}

/// The receivers of one fan-out on one event loop: a queue that one scheduled call empties to all of them, so that a
/// frame costs one hop a loop and not one a receiver.
package final class DeliveryLane<Receiver: DeliveryReceiver>: Sendable {
    private struct Queue {
        var frames: [Receiver.Frame] = []
        var isScheduled = false
    }

    private struct Member {
        let receiver: Receiver
        let first: UInt64
    }

    private let loop: any EventLoop
    private let queue = Mutex(Queue())
    private let members: NIOLoopBoundBox<[Member]>

    /// On the event loop.
    package init(loop: any EventLoop) {
        self.loop = loop
        members = NIOLoopBoundBox([], eventLoop: loop)
    }

    /// From any thread.
    package func offer(_ frame: Receiver.Frame) {
        let isFirst = queue.withLock { queue in
            queue.frames.append(frame)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isFirst { loop.execute { self.empty() } }
    }

    package func add(_ receiver: Receiver, from first: UInt64) {
        members.value.append(Member(receiver: receiver, first: first))
    }

    /// - Returns: Whether nobody is left.
    package func remove(_ receiver: Receiver) -> Bool {
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
