import Media

/// What a leg must deliver to count as well: the figures below which it counts as lost although media comes.
public struct QualityRules: Hashable, Sendable {
    /// In bit/s, over a second.
    public var minimumBitrate: Int64?
    /// How long the bitrate may be below it.
    public var minimumBitrateHold: Duration
    /// How long no picture may begin.
    public var pictureTimeout: Duration?
    /// Continuity errors in a second.
    public var maximumContinuityErrors: Int?
    /// How long the errors may be above it.
    public var continuityErrorsHold: Duration
    /// How long the stream's time stamps may stand still.
    public var frozenTimeout: Duration?

    public init(
        minimumBitrate: Int64? = nil,
        minimumBitrateHold: Duration = .seconds(2),
        pictureTimeout: Duration? = nil,
        maximumContinuityErrors: Int? = nil,
        continuityErrorsHold: Duration = .seconds(1),
        frozenTimeout: Duration? = nil
    ) {
        self.minimumBitrate = minimumBitrate
        self.minimumBitrateHold = minimumBitrateHold
        self.pictureTimeout = pictureTimeout
        self.maximumContinuityErrors = maximumContinuityErrors
        self.continuityErrorsHold = continuityErrorsHold
        self.frozenTimeout = frozenTimeout
    }

    var isEmpty: Bool {
        minimumBitrate == nil && pictureTimeout == nil && maximumContinuityErrors == nil && frozenTimeout == nil
    }
}

/// What is wrong with a leg that brings media.
public enum Impairment: Hashable, Sendable {
    case lowBitrate(Int64)
    case noPictures
    case continuityErrors(Int)
    case frozen
}

/// Watches one leg's figures, about ten times a second. A pure value: time is an argument.
struct QualityMonitor: Sendable {
    struct Figures: Sendable {
        var bitsPerSecond: Int64
        /// These only grow.
        var pictures: UInt64
        var continuityErrors: UInt64
        var timeSteps: UInt64
    }

    /// Since when something is the case.
    private struct Watch: Sendable {
        var since: MonotonicTime?

        /// Whether it has been for `hold`.
        mutating func holds(_ condition: Bool, for hold: Duration, at now: MonotonicTime) -> Bool {
            guard condition else {
                since = nil
                return false
            }
            let begin = since ?? now
            since = begin
            return now >= begin.advanced(by: hold)
        }
    }

    /// The errors are counted over this.
    private static let errorPeriod = Duration.seconds(1)

    private(set) var impairment: Impairment?
    private var last: Figures?
    private var errorsBefore: (count: UInt64, at: MonotonicTime)?
    private var errorsPerSecond = 0
    private var lowBitrate = Watch()
    private var noPictures = Watch()
    private var errors = Watch()
    private var frozen = Watch()
    private var healthy = Watch()

    /// - Parameter recoverAfter: how long an impaired leg must be without fault to count as well again.
    mutating func observe(_ figures: Figures, _ rules: QualityRules, recoverAfter: Duration, at now: MonotonicTime) {
        guard !rules.isEmpty else {
            self = QualityMonitor()
            return
        }
        let former = last ?? figures
        last = figures
        if let before = errorsBefore {
            if now >= before.at.advanced(by: Self.errorPeriod) {
                errorsPerSecond = Int(clamping: figures.continuityErrors &- before.count)
                errorsBefore = (figures.continuityErrors, now)
            }
        } else {
            errorsBefore = (figures.continuityErrors, now)
        }
        var fault: Impairment?
        if let timeout = rules.frozenTimeout,
            frozen.holds(figures.timeSteps == former.timeSteps, for: timeout, at: now)
        {
            fault = .frozen
        }
        if let maximum = rules.maximumContinuityErrors,
            errors.holds(errorsPerSecond > maximum, for: rules.continuityErrorsHold, at: now)
        {
            fault = .continuityErrors(errorsPerSecond)
        }
        if let minimum = rules.minimumBitrate,
            lowBitrate.holds(figures.bitsPerSecond < minimum, for: rules.minimumBitrateHold, at: now)
        {
            fault = .lowBitrate(figures.bitsPerSecond)
        }
        if let timeout = rules.pictureTimeout,
            noPictures.holds(figures.pictures == former.pictures, for: timeout, at: now)
        {
            fault = .noPictures
        }
        let isWell = healthy.holds(fault == nil, for: recoverAfter, at: now)
        if let fault {
            // The first fault is the one to tell of.
            if impairment == nil { impairment = fault }
        } else if isWell {
            impairment = nil
        }
    }

    /// The leg's peer went.
    mutating func reset() {
        self = QualityMonitor()
    }
}
