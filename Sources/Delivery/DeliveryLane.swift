package import NIOCore
package import Synchronization

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
///
/// Inlinable, since each frame goes through it: what is generic over another room's types is slow.
package final class DeliveryLane<Receiver: DeliveryReceiver>: Sendable {
    @usableFromInline
    package struct Queue {
        @usableFromInline package var frames: [Receiver.Frame] = []
        @usableFromInline package var isScheduled = false

        @inlinable package init() {}
    }

    @usableFromInline
    package struct Member {
        @usableFromInline package let receiver: Receiver
        @usableFromInline package let first: UInt64

        @inlinable package init(_ receiver: Receiver, from first: UInt64) {
            self.receiver = receiver
            self.first = first
        }
    }

    @usableFromInline package let loop: any EventLoop
    @usableFromInline package let queue = Mutex(Queue())
    @usableFromInline package let members: NIOLoopBoundBox<[Member]>

    /// On the event loop.
    @inlinable
    package init(loop: any EventLoop) {
        self.loop = loop
        members = NIOLoopBoundBox([], eventLoop: loop)
    }

    /// From any thread.
    @inlinable
    package func offer(_ frame: Receiver.Frame) {
        let isFirst = queue.withLock { queue in
            queue.frames.append(frame)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isFirst { loop.execute { self.empty() } }
    }

    @inlinable
    package func add(_ receiver: Receiver, from first: UInt64) {
        members.value.append(Member(receiver, from: first))
    }

    /// - Returns: Whether nobody is left.
    @inlinable
    package func remove(_ receiver: Receiver) -> Bool {
        members.value.removeAll { $0.receiver === receiver }
        return members.value.isEmpty
    }

    @inlinable
    package func empty() {
        let frames = queue.withLock { queue in
            defer { queue.isScheduled = false }
            let frames = queue.frames
            queue.frames = []
            return frames
        }
        for member in members.value {
            if let last = frames.last, last.sequence < member.first { continue }
            member.receiver.receive(frames, from: member.first)
        }
    }
}
