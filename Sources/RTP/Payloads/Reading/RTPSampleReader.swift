public import Media
public import NIOCore

/// Turns the packets of a sender's tracks into samples on one timeline: order, payload, alignment, decode times.
///
/// Tracks go by their place in the list that the reader was made of. Datagrams, or the packets of an RTSP connection, go
/// in as they come; a track's RTCP beside them. What waits for missing packets is given up by `tick`.
public struct RTPSampleReader: Sendable {
    /// A track as its session description tells of it.
    public struct Track: Sendable {
        /// Of the samples.
        public var id: MediaTrack.ID
        /// 7 bits.
        public var payloadType: UInt8
        /// Of the timestamps.
        public var clockRate: RTPClockRate
        /// Of the payloads.
        public var format: RTPPayloadFormat

        public init(id: MediaTrack.ID, payloadType: UInt8, clockRate: RTPClockRate, format: RTPPayloadFormat) {
            self.id = id
            self.payloadType = payloadType
            self.clockRate = clockRate
            self.format = format
        }
    }

    /// How losses are treated.
    public struct Configuration: Hashable, Sendable {
        /// How video goes on after a loss.
        public var recovery: RTPLossRecovery
        /// How many packets wait for a missing one.
        public var windowPackets: Int
        /// How long they wait.
        public var windowTime: Duration

        public init(
            recovery: RTPLossRecovery = .nextKeyframe,
            windowPackets: Int = RTPReceiver.Configuration.defaultWindowPackets,
            windowTime: Duration = RTPReceiver.Configuration.defaultWindowTime
        ) {
            self.recovery = recovery
            self.windowPackets = windowPackets
            self.windowTime = windowTime
        }
    }

    /// What the reader found, in the order in which it did.
    public enum Event {
        /// Comes before the track's first sample, and again when its configuration changes.
        case track(MediaTrack)
        case sample(MediaSample)
        /// A payload of a transport stream; valid during the call.
        case transportStream(UnsafeRawBufferPointer)
        /// The track cannot be turned into samples. Once for each.
        case unsupported(track: MediaTrack.ID, String)
        /// The sender said that the track ends.
        case ended(track: MediaTrack.ID)
    }

    /// How the tracks' clocks relate.
    public private(set) var alignment: RTPClockAlignment
    private var receivers: [RTPTrackReceiver] = []
    private var decoders: [TrackDecoder] = []

    /// - Throws: what is wrong with a format's configuration.
    public init(_ tracks: [Track], configuration: Configuration = Configuration()) throws(CodecConfigurationError) {
        alignment = RTPClockAlignment(clockRates: tracks.map(\.clockRate))
        for (index, track) in tracks.enumerated() {
            receivers.append(
                RTPTrackReceiver(
                    payloadType: track.payloadType,
                    clockRate: track.clockRate,
                    windowPackets: configuration.windowPackets,
                    windowTime: configuration.windowTime
                )
            )
            decoders.append(try TrackDecoder(track, index: index, recovery: configuration.recovery))
        }
    }

    /// When `tick` has something to do; nil while nothing waits.
    public var deadline: MonotonicTime? { receivers.lazy.compactMap(\.deadline).min() }

    /// What was counted of a track's packets.
    public func receiverCounters(ofTrack index: Int) -> RTPReceiverCounters { receivers[index].counters }

    /// What was counted of a track's frames.
    public func depacketizerCounters(ofTrack index: Int) -> RTPDepacketizerCounters {
        decoders[index].depacketizer.counters
    }

    /// Takes an RTP packet of a track.
    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer,
        track index: Int,
        at arrival: MonotonicTime,
        emit: (Event) -> Void
    ) {
        receivers[index].receive(datagram, at: arrival) { packet in
            decoders[index].consume(packet, at: arrival, &alignment, emit)
        }
    }

    /// Gives up what has been waited for long enough. To be called at `deadline`.
    public mutating func tick(at now: MonotonicTime, emit: (Event) -> Void) {
        for index in receivers.indices where receivers[index].deadline != nil {
            receivers[index].tick(at: now) { packet in
                decoders[index].consume(packet, at: now, &alignment, emit)
            }
        }
    }

    /// Nothing more comes: passes on what waits.
    public mutating func finish(at now: MonotonicTime, emit: (Event) -> Void) {
        for index in receivers.indices {
            receivers[index].flush { packet in decoders[index].consume(packet, at: now, &alignment, emit) }
            decoders[index].finish(at: now, &alignment, emit)
        }
    }
}

// MARK: - Control

extension RTPSampleReader {
    /// Takes an RTCP packet of a track. What it says of sources that are not the track's is passed over.
    public mutating func receiveControl(
        _ compound: UnsafeRawBufferPointer,
        track index: Int,
        at arrival: MonotonicTime,
        emit: (Event) -> Void
    ) throws(RTCPError) {
        for packet in try RTCPPacket.decode(compound) {
            switch packet {
            case .report(let report):
                guard let info = report.senderInfo, isSource(report.ssrc, ofTrack: index) else { continue }
                receivers[index].reportReceived(info, at: arrival)
                alignment.reportReceived(track: index, time: info.time, timestamp: info.timestamp)
            case .goodbye(let sources):
                if let ssrc = decoders[index].ssrc, sources.contains(ssrc) { emit(.ended(track: decoders[index].id)) }
            case .sourceDescription, .other:
                break
            }
        }
    }

    /// The answer to the request to play named the timestamp with which the track begins, RFC 2326 §12.33.
    public mutating func playInfoReceived(track index: Int, timestamp: UInt32) {
        alignment.playInfoReceived(track: index, timestamp: timestamp)
    }

    /// Writes a receiver report of a track, without a block before the first packet.
    ///
    /// - Parameters:
    ///   - ssrc: who reports.
    ///   - isLast: adds the goodbye.
    public mutating func writeReport(
        ofTrack index: Int,
        ssrc: UInt32,
        canonicalName: String,
        at now: MonotonicTime,
        isLast: Bool = false,
        to buffer: inout ByteBuffer
    ) {
        let block = receivers[index].makeReport(at: now)
        RTCPReport(ssrc: ssrc, blocks: block.map { [$0] } ?? [])
            .write(canonicalName: canonicalName, isLast: isLast, to: &buffer)
    }

    /// Before the track's first packet any source may become it.
    private func isSource(_ ssrc: UInt32, ofTrack index: Int) -> Bool {
        decoders[index].ssrc.map { $0 == ssrc } ?? true
    }
}
