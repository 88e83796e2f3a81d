public import NIOCore

/// The ways of one fan-out to its receivers: a lane for each event loop that has some.
///
/// A plain value: its owner keeps it under the lock that guards the stream. Public and inlinable as the lanes are.
public struct DeliveryLanes<Receiver: DeliveryReceiver>: Sendable {
    @usableFromInline var lanes: [DeliveryLane<Receiver>] = []

    @inlinable
    public init() {}

    /// From any thread.
    @inlinable
    public func offer(_ frame: Receiver.Frame) {
        for lane in lanes { lane.offer(frame) }
    }

    /// From the receiver's event loop.
    ///
    /// - Parameter first: frames before this one are in the opening that the receiver is sent.
    @inlinable
    public mutating func add(_ receiver: Receiver, from first: UInt64, on loop: any EventLoop) {
        loop.preconditionInEventLoop()
        let known = lanes.first { $0.isOn(loop) }
        let lane = known ?? DeliveryLane(loop: loop)
        if known == nil { lanes.append(lane) }
        lane.add(receiver, from: first)
    }

    /// From the receiver's event loop; it is not called afterwards.
    @inlinable
    public mutating func remove(_ receiver: Receiver, on loop: any EventLoop) {
        loop.preconditionInEventLoop()
        guard let index = lanes.firstIndex(where: { $0.isOn(loop) }) else { return }
        if lanes[index].remove(receiver) { lanes.remove(at: index) }
    }
}
