public import Media

/// What the gateway tells about peers that it turned away, every one, about receivers and calls, about connections whose
/// latency is too low, and what libsrt logged, at a bounded rate.
public enum SRTEvent: Sendable, Hashable {
    /// A peer was refused. `endpoint` is the input's or output's name, nil when the stream ID names none.
    case refused(Refusal, endpoint: String?, remote: String)
    /// A peer has tried so many wrong keys of the endpoint that it has to wait.
    case triedTooOften(endpoint: String, remote: String)
    /// A receiver takes an output's stream: it came, or was called.
    case receiverConnected(endpoint: String, remote: String, isCalled: Bool)
    /// It takes it no more. `isExpected`: it was a guest, or we ended it.
    case receiverDisconnected(endpoint: String, remote: String, reason: String, isExpected: Bool)
    /// A caller cannot reach its far side, otherwise than at the attempt before.
    case callFailed(endpoint: String, message: String)
    /// The latency of an endpoint's connection is too low for its round trips; nil when it no longer is.
    case latencyTooLow(SRTLatencyAdvice?, endpoint: String, remote: String)
    /// A line that libsrt logged as a warning or worse.
    case libraryLog(String)
    /// So many log lines were left out since the last one.
    case suppressed(Int)
}

/// Why an endpoint could not be made.
public struct SRTFailure: Error, Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        case portInUse = "PortInUse"
        case addressNotAvailable = "AddressNotAvailable"
        case streamIDInUse = "StreamIDInUse"
        case sharedPortDisabled = "SharedPortDisabled"
        case invalidConfiguration = "InvalidConfiguration"
        case tooManySockets = "TooManySockets"
        case notRunning = "NotRunning"
        case libraryFailed = "LibraryFailed"
    }

    public var reason: Reason
    /// A sentence without secrets.
    public var message: String

    public init(reason: Reason, message: String) {
        self.reason = reason
        self.message = message
    }

    /// Whether trying again later may help without a change of configuration.
    public var isRetryable: Bool {
        switch reason {
        case .portInUse, .addressNotAvailable, .tooManySockets, .libraryFailed, .streamIDInUse: true
        case .sharedPortDisabled, .invalidConfiguration, .notRunning: false
        }
    }
}
