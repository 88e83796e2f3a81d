import Delivery
package import Media
import NIOCore
import Synchronization

/// Hands a flow's samples to any number of RTMP connections: each message is encoded once, and its bytes are shared.
///
/// Samples come on an input's thread. Each event loop with receivers has a lane: a queue that one scheduled call empties
/// to all receivers of that loop, so that a sample costs one hop a loop and not one a receiver.
package final class RTMPFanOut: SampleSink {
    private struct State {
        var history = RTMPStreamHistory()
        var lanes = DeliveryLanes<RTMPReceiver>()
        var onNextSample: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    package func consume(_ track: MediaTrack) {
        state.withLock { state in
            for frame in state.history.add(track) { state.lanes.offer(frame) }
        }
    }

    package func tracksEnded(leaving tracks: [MediaTrack]) {
        state.withLock { state in
            for frame in state.history.keep(only: tracks) { state.lanes.offer(frame) }
        }
    }

    package func streamEnded() {
        state.withLock { $0.history.forget() }
    }

    /// Calls once, on the thread that delivers, when the stream runs: what a caller waits for before it calls. It must
    /// not block. A later call replaces the former one; nil takes it back.
    package func notifyOfNextSample(_ body: (@Sendable () -> Void)?) {
        state.withLock { $0.onNextSample = body }
    }

    package func consume(_ sample: MediaSample) {
        state.withLock { state in
            state.onNextSample.take()?()
            guard let frame = state.history.add(sample) else { return }
            state.lanes.offer(frame)
        }
    }

    /// Adds a receiver, from its event loop: it is sent the opening of the stream, and what follows.
    func add(_ receiver: RTMPReceiver, on loop: any EventLoop) {
        let opening = state.withLock { state in
            state.lanes.add(receiver, from: state.history.nextSequence, on: loop)
            return state.history.opening
        }
        // Last: it may find the connection broken, and then the receiver is removed on the way.
        receiver.begin(with: opening)
    }

    /// From the receiver's event loop; it is not called afterwards.
    func remove(_ receiver: RTMPReceiver, on loop: any EventLoop) {
        state.withLock { $0.lanes.remove(receiver, on: loop) }
    }
}
