public import NIOCore
public import Synchronization

/// Something that a fan-out sends to all its receivers, encoded once.
public protocol DeliveryFrame: Sendable {
    /// Frames of one stream are numbered without gaps.
    var sequence: UInt64 { get }
}

/// One connection that is sent a stream. Lives on its event loop.
public protocol DeliveryReceiver: AnyObject, SendableMetatype {
    associatedtype Frame: DeliveryFrame

    /// - Parameter first: frames before this one were in the opening that it was sent.
    func receive(_ frames: [Frame], from first: UInt64)
}

/// The receivers of one fan-out on one event loop: a queue that one scheduled call empties to all of them, so that a
/// frame costs one hop a loop and not one a receiver.
///
/// Public and inlinable because each frame goes through it: only so is it compiled for the types that it is used with.
public final class DeliveryLane<Receiver: DeliveryReceiver>: Sendable {
    @usableFromInline
    struct Queue {
        @usableFromInline var frames: [Receiver.Frame] = []
        @usableFromInline var isScheduled = false

        @inlinable init() {}
    }

    @usableFromInline
    struct Member {
        @usableFromInline let receiver: Receiver
        @usableFromInline let first: UInt64

        @inlinable
        init(_ receiver: Receiver, from first: UInt64) {
            self.receiver = receiver
            self.first = first
        }
    }

    /// What only the event loop touches.
    @usableFromInline
    final class Local {
        @usableFromInline var members: [Member] = []
        /// The memory of the queue that was emptied last, for the next one.
        @usableFromInline var spare: [Receiver.Frame] = []

        @inlinable init() {}
    }

    @usableFromInline let loop: any EventLoop
    @usableFromInline let queue = Mutex(Queue())
    @usableFromInline let local: NIOLoopBound<Local>

    /// On the event loop.
    @inlinable
    public init(loop: any EventLoop) {
        self.loop = loop
        local = NIOLoopBound(Local(), eventLoop: loop)
    }

    /// Whether the receivers are on this event loop.
    public func isOn(_ loop: any EventLoop) -> Bool { self.loop === loop }

    /// From any thread.
    @inlinable
    public func offer(_ frame: Receiver.Frame) {
        let isFirst = queue.withLock { queue in
            queue.frames.append(frame)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isFirst { loop.execute { self.empty() } }
    }

    @inlinable
    public func add(_ receiver: Receiver, from first: UInt64) {
        local.value.members.append(Member(receiver, from: first))
    }

    /// - Returns: Whether nobody is left.
    @inlinable
    public func remove(_ receiver: Receiver) -> Bool {
        let local = local.value
        local.members.removeAll { $0.receiver === receiver }
        return local.members.isEmpty
    }

    @inlinable
    func empty() {
        let local = local.value
        var frames: [Receiver.Frame] = []
        swap(&frames, &local.spare)
        queue.withLock { queue in
            swap(&queue.frames, &frames)
            queue.isScheduled = false
        }
        for member in local.members {
            if let last = frames.last, last.sequence < member.first { continue }
            member.receiver.receive(frames, from: member.first)
        }
        frames.removeAll(keepingCapacity: true)
        swap(&frames, &local.spare)
    }
}
