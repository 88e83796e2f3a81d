public import Media
import NIOCore
import Synchronization

extension FlowHub {
    // MARK: Sinks

    /// Adds a sink for samples: it hears of the tracks at once if a stream of samples runs.
    public func addSink(_ sink: any SampleSink, named name: String) {
        state.withLock { $0.samples.addSink(sink, named: name) }
    }

    // MARK: The path of samples

    func consume(_ track: MediaTrack, from token: Int) {
        state.withLock { state in
            guard let index = state.index(of: token), state.legs[index].tracks.set(track) else { return }
            if track.codec.isVideo { state.legs[index].standby.removeAll() }
            guard state.selector.active == token else { return }
            state.samples.consume(track, from: token)
            state.packets.consume(track, from: token)
        }
    }

    func consume(_ sample: MediaSample, from token: Int) {
        let now = clock()
        var events: [HubEvent] = []
        var cut: (@Sendable () -> Void)?
        state.withLock { state in
            guard let index = state.index(of: token) else { return }
            let byteCount = sample.payload.readableBytes
            let isVideo = state.legs[index].tracks.isVideo(sample.track)
            state.legs[index].count(sample, isVideo: isVideo)
            state.legs[index].lastMedia = now
            let outcome = state.selector.mediaArrived(on: token, at: now, isReady: state.legs[index].isReady(at: now))
            events += Self.events(for: outcome, at: now, deliverer: token, in: &state)
            guard state.selector.active == token else {
                state.legs[index].standby.add(sample, isVideo: isVideo, at: now)
                return
            }
            // A sample above the cap is passed on: TCP would only send later what is dropped now. The peer is closed
            // when it keeps on.
            let isWithin = state.limiter.admit(byteCount, at: now)
            if let event = state.noteBandwidth(excess: isWithin ? 0 : 1, at: now) { events.append(event) }
            if !isWithin, let since = state.overBandwidthSince,
                now.nanoseconds(since: since) > Self.overBandwidthGraceNanoseconds
            {
                cut = state.legs[index].onOverBandwidth
            }
            state.bytes &+= UInt64(byteCount)
            state.passedPackets &+= 1
            state.pass(sample, behind: state.legs[index].standby, ofLegAt: index, at: now)
            if let seam = state.packets.takeSeam() { events.append(.joined(state.legs[index].id, seam)) }
            state.legs[index].standby.removeAll()
            events += state.takeUnsupportedCodecs()
        }
        events.forEach(onEvent)
        cut?()
    }
}
