package import Media
import NIOCore
import RTP
import Synchronization

/// What a publisher sends, or a server that is played: packets become samples, or those of a transport stream, and go to
/// a leg. Packets come on the connection's event loop or on the threads of UDP.
package final class RTSPReception: RTSPPacketHandler {
    /// What was counted of the packets of all tracks.
    package struct Figures: Hashable, Sendable {
        package var packetsLost: UInt64 = 0
        package var packetsDuplicated: UInt64 = 0
        package var packetsReordered: UInt64 = 0
        /// Came when they had been given up.
        package var packetsLate: UInt64 = 0
        /// Are no RTP, or no packets of the track.
        package var packetsMalformed: UInt64 = 0

        package init() {}
    }

    private struct State {
        var reader: RTPSampleReader
        var lastMedia: MonotonicTime?
        var lastControl: MonotonicTime?
        var isPaused = false
    }

    private let state: Mutex<State>
    /// The reader's place for each media section.
    private let places: [Int: Int]
    private let sink: any LegSink
    private let onUnsupported: @Sendable (String) -> Void
    private let ssrc = UInt32.random(in: .min ... .max)

    /// - Parameters:
    ///   - choice: with at least one track.
    ///   - onUnsupported: called when a track turns out to be of a kind that is not carried.
    package init?(_ choice: RTSPTrackChoice, sink: any LegSink, onUnsupported: @escaping @Sendable (String) -> Void) {
        guard !choice.tracks.isEmpty, let reader = try? RTPSampleReader(choice.tracks.map(\.track)) else { return nil }
        state = Mutex(State(reader: reader))
        places = Dictionary(uniqueKeysWithValues: choice.tracks.enumerated().map { ($1.index, $0) })
        self.sink = sink
        self.onUnsupported = onUnsupported
    }

    // MARK: Packets

    /// The peer is to send nothing: media that come all the same are dropped.
    func pause() {
        state.withLock { $0.isPaused = true }
    }

    func resume() {
        state.withLock { $0.isPaused = false }
    }

    package func receive(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime) {
        guard let place = places[track] else { return }
        state.withLock { state in
            guard !state.isPaused else { return }
            state.lastMedia = now
            state.reader.receive(packet, track: place, at: now) { deliver($0, at: now) }
            // What waits for a missing packet is no silence.
            if state.reader.deadline != nil { sink.mediaHeld(at: now) }
        }
    }

    package func receiveControl(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime) {
        guard let place = places[track] else { return }
        state.withLock { state in
            state.lastControl = now
            // What cannot be read tells nothing.
            try? state.reader.receiveControl(packet, track: place, at: now) { deliver($0, at: now) }
        }
    }

    package func tick(at now: MonotonicTime) -> MonotonicTime? {
        state.withLock { state in
            if let deadline = state.reader.deadline, now >= deadline {
                state.reader.tick(at: now) { deliver($0, at: now) }
            }
            return state.reader.deadline
        }
    }

    package var deadline: MonotonicTime? { state.withLock { $0.reader.deadline } }

    /// The answer to PLAY named the timestamp with which a track begins.
    func playInfoReceived(track: Int, timestamp: UInt32) {
        guard let place = places[track] else { return }
        state.withLock { $0.reader.playInfoReceived(track: place, timestamp: timestamp) }
    }

    /// Nothing more comes: passes on what waits.
    func finish(at now: MonotonicTime) {
        state.withLock { state in state.reader.finish(at: now) { deliver($0, at: now) } }
    }

    private func deliver(_ event: RTPSampleReader.Event, at now: MonotonicTime) {
        switch event {
        case .track(let track): sink.consume(track)
        case .sample(let sample): sink.consume(sample)
        case .transportStream(let payload):
            withUnsafePointer(to: payload) { payload in
                sink.consume(PacketBatch(payloads: UnsafeBufferPointer(start: payload, count: 1), arrival: now))
            }
        case .unsupported(_, let name): onUnsupported(name)
        case .ended: break
        }
    }

    // MARK: What is told of it

    /// When media and control packets came last.
    var lastArrivals: (media: MonotonicTime?, control: MonotonicTime?) {
        state.withLock { ($0.lastMedia, $0.lastControl) }
    }

    /// The receiver report of a track.
    func report(ofTrack track: Int, at now: MonotonicTime) -> ByteBuffer? {
        guard let place = places[track] else { return nil }
        var packet = ByteBuffer()
        state.withLock { state in
            state.reader.writeReport(
                ofTrack: place,
                ssrc: ssrc,
                canonicalName: RTSPSessionLimits.agent,
                at: now,
                to: &packet
            )
        }
        return packet
    }

    package var figures: Figures {
        state.withLock { state in
            var figures = Figures()
            for place in places.values {
                let counters = state.reader.receiverCounters(ofTrack: place)
                figures.packetsLost &+= counters.lost
                figures.packetsDuplicated &+= counters.duplicated
                figures.packetsReordered &+= counters.reordered
                figures.packetsLate &+= counters.late
                figures.packetsMalformed &+= counters.malformed &+ counters.outOfRange
            }
            return figures
        }
    }
}
