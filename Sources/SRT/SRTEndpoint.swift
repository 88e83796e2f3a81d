import CLibSRT
import Media
import NetworkAddress
import Synchronization

/// Who takes the connections of an endpoint: an input or an output. Called on the poller's thread.
protocol SRTConnectionOwner: AnyObject, Sendable {
    /// Takes the connection over; false when closed meanwhile.
    func adopt(_ connection: SRTConnection) -> Bool
    /// A caller's attempt or connection ended: a sentence for status.
    func attemptFailed(_ message: String)
    func attemptStarted()
}

/// What listens under a stream ID: decides, inside libsrt's listen callback, who may connect.
final class SRTEndpoint: Sendable {
    enum Direction: Sendable {
        case input
        case output
    }

    private struct Admission {
        var allow: Allowlist
        var maximum: Int
        var admitted = 0
        var isClosed = false
    }

    let name: String
    let direction: Direction
    let settings: SRTSessionSettings
    /// Whether the publisher that is connected has brought nothing for so long that it gives way to another one.
    let isSilent: @Sendable () -> Bool
    private let admission: Mutex<Admission>
    private let owner: Mutex<Owner>

    private struct Owner {
        weak var value: (any SRTConnectionOwner)?
    }

    init(
        name: String,
        direction: Direction,
        settings: SRTSessionSettings,
        allow: Allowlist,
        maximum: Int,
        isSilent: @escaping @Sendable () -> Bool = { false }
    ) {
        self.name = name
        self.direction = direction
        self.settings = settings
        self.isSilent = isSilent
        self.admission = Mutex(Admission(allow: allow, maximum: maximum))
        self.owner = Mutex(Owner())
    }

    func setOwner(_ value: any SRTConnectionOwner) {
        owner.withLock { $0.value = value }
    }

    var currentOwner: (any SRTConnectionOwner)? {
        owner.withLock { $0.value }
    }

    var allow: Allowlist { admission.withLock { $0.allow } }

    func update(allow: Allowlist? = nil, maximum: Int? = nil) {
        admission.withLock { admission in
            if let allow { admission.allow = allow }
            if let maximum { admission.maximum = maximum }
        }
    }

    /// Takes one of the endpoint's places, or says why not. Given back by `release`.
    func admit(_ address: IPAddress, mode: SRTStreamID.Mode?) -> Refusal? {
        switch (direction, mode) {
        case (.input, .request), (.output, .publish): return .wrongDirection
        default: break
        }
        let refusal = admit(address, beyondMaximum: 0)
        guard refusal == .alreadyPublishing, isSilent() else { return refusal }
        // One that is to take its place.
        return admit(address, beyondMaximum: 1)
    }

    private func admit(_ address: IPAddress, beyondMaximum more: Int) -> Refusal? {
        admission.withLock { admission in
            guard !admission.isClosed else { return .unknownStreamKey }
            guard admission.allow.allows(address) else { return .notInAllowlist }
            guard admission.admitted < admission.maximum + more else {
                return direction == .input ? .alreadyPublishing : .tooManyReceivers
            }
            admission.admitted += 1
            return nil
        }
    }

    func release() {
        admission.withLock { $0.admitted = max(0, $0.admitted - 1) }
    }

    func close() {
        admission.withLock { $0.isClosed = true }
    }
}

extension Refusal {
    /// The code that the peer reads as its reject reason.
    var rejectCode: Int32 {
        switch self {
        case .notInAllowlist: SRT_REJX_FORBIDDEN
        case .unknownStreamKey: SRT_REJX_NOTFOUND
        case .alreadyPublishing: SRT_REJX_CONFLICT
        case .badPassphrase, .encryptionRequired, .encryptionUnexpected: SRT_REJX_UNAUTHORIZED
        case .keyLengthMismatch: SRT_REJX_UNACCEPTABLE
        case .overBandwidth, .tooManyReceivers, .tooManyConnections, .receiverStalled: SRT_REJX_OVERLOAD
        case .unsupportedCodec: SRT_REJX_NOTSUP_MEDIA
        case .malformedStream: SRT_REJX_BAD_REQUEST
        case .wrongDirection: SRT_REJX_BAD_MODE
        }
    }
}
