/// What `/api/v1/flows/NAME/history` answers: one list a quantity, all of one length, oldest first.
struct FlowHistoryDocument: Hashable, Sendable, Codable {
    /// Seconds from one sample to the next.
    var interval: Int
    /// Of the last sample, in seconds since 1970; 0 before the first.
    var time: Double
    /// In bit/s.
    var bitrate: [Int64]
    /// In milliseconds; nil where there was no such peer.
    var roundTripIn: [Double?]
    var roundTripOut: [Double?]
    /// In per cent.
    var lossIn: [Double?]
    var lossOut: [Double?]
    /// In packets a second.
    var retransmittedIn: [Double?]
    var retransmittedOut: [Double?]

    init(_ samples: [FlowHistory.Sample], at time: Double) {
        interval = Int(FlowHistory.interval.components.seconds)
        self.time = time
        bitrate = samples.map { Int64($0.bitrate) }
        roundTripIn = samples.map { Self.shown($0.roundTripIn) }
        roundTripOut = samples.map { Self.shown($0.roundTripOut) }
        lossIn = samples.map { Self.shown($0.lossIn) }
        lossOut = samples.map { Self.shown($0.lossOut) }
        retransmittedIn = samples.map { Self.shown($0.retransmittedIn) }
        retransmittedOut = samples.map { Self.shown($0.retransmittedOut) }
    }

    /// Two places are enough for a chart.
    private static func shown(_ value: Float) -> Double? {
        value.isFinite ? (Double(value) * 100).rounded() / 100 : nil
    }
}

/// What `/api/v1/history` answers: the last minutes of all flows, for the small charts of a list.
struct BitrateHistory: Hashable, Sendable, Codable {
    /// Samples of a flow at most: five minutes.
    static let capacity = 60

    var interval: Int
    var time: Double
    /// In kbit/s, oldest first; flows that never lived are left out.
    var flows: [String: [Int64]]

    init(_ history: FlowHistory) {
        interval = Int(FlowHistory.interval.components.seconds)
        time = history.time
        flows = Dictionary(
            uniqueKeysWithValues: history.flows.map { name in
                (name, history.samples(of: name).suffix(Self.capacity).map { Int64($0.bitrate / 1_000) })
            }
        )
    }
}
