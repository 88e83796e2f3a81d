import CLibSRT
import Media
import Synchronization
import Threads

/// libsrt as the process-wide thing that it is: start and end, its log lines, and what they tell.
enum SRTLibrary {
    private struct Weak: Sendable {
        weak let core: SRTCore?
    }

    private struct State {
        var cores: [Weak] = []
        /// The last handshake that the listen callback let through, for each of libsrt's receiving threads.
        var handshakes: [UInt: PendingHandshake] = [:]
    }

    private static let state = Mutex(State())

    static func start(_ core: SRTCore) -> Bool {
        guard srt_startup() != SRTSocket.errorResult else { return false }
        CounterMode.prepare()
        state.withLock { state in
            state.cores.removeAll { $0.core == nil }
            state.cores.append(Weak(core: core))
        }
        srt_setloglevel(LOG_WARNING)
        srt_setlogflags(
            SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME | SRT_LOGF_DISABLE_SEVERITY | SRT_LOGF_DISABLE_EOL
        )
        srt_setloghandler(nil) { _, _, _, _, _, message in
            guard let message else { return }
            SRTLibrary.logged(String(cString: message))
        }
        return true
    }

    static func stop(_ core: SRTCore) {
        state.withLock { state in
            state.cores.removeAll { $0.core == nil || $0.core === core }
            state.handshakes = state.handshakes.filter { $0.value.port.core !== core }
        }
        srt_cleanup()
    }

    /// Called inside the listen callback.
    static func remember(_ handshake: PendingHandshake) {
        state.withLock { $0.handshakes[PosixThread.currentIdentifier] = handshake }
    }

    static func forget(_ handshake: PendingHandshake) {
        state.withLock { state in
            state.handshakes = state.handshakes.filter { $0.value.socket != handshake.socket }
        }
    }

    /// Logged when the poller asks a moment before the listener has queued the connection.
    private static let emptyAccept = "no pending connection"
    private static let rejectMarker = "rsp(REJECT): "

    /// libsrt says only here that a key was wrong: it writes the handshake's result on the thread that just ran the
    /// listen callback, 1000 and the reject reason.
    private static func logged(_ message: String) {
        guard !message.contains(emptyAccept) else { return }
        let now = SRTClock.now
        guard let marker = message.firstRange(of: rejectMarker) else {
            for core in state.withLock({ $0.cores.compactMap(\.core) }) { core.events.logged(message, at: now) }
            return
        }
        guard let code = Int32(message[marker.upperBound...].prefix { $0.isNumber }) else { return }
        let badSecret = 1_000 + Int32(bitPattern: SRT_REJ_BADSECRET.rawValue)
        let unsecure = 1_000 + Int32(bitPattern: SRT_REJ_UNSECURE.rawValue)
        guard code == badSecret || code == unsecure else { return }
        let handshake = state.withLock { $0.handshakes.removeValue(forKey: PosixThread.currentIdentifier) }
        guard let handshake, let core = handshake.port.core else { return }
        let refusal: Refusal =
            switch (code == badSecret, handshake.endpoint.settings.encryption == nil) {
            case (true, _): .badPassphrase
            case (false, false): .encryptionRequired
            case (false, true): .encryptionUnexpected
            }
        core.handshakeFailed(handshake, refusal, at: now)
    }
}
