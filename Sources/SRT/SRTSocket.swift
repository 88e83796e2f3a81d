import CLibSRT
import Media
import NetworkAddress

/// A libsrt socket's number with the calls that the room needs. A value: closing is its owner's business.
///
/// libsrt checks every number itself, so a call on a socket that is gone fails and does no harm.
struct SRTSocket: Hashable, Sendable {
    let id: SRTSOCKET

    static let errorResult: Int32 = -1

    init(id: SRTSOCKET) {
        self.id = id
    }

    /// A new socket with what all of ours share: live mode, non-blocking, encryption enforced.
    static func make() -> SRTSocket? {
        let id = srt_create_socket()
        guard id != SRT_INVALID_SOCK else { return nil }
        let socket = SRTSocket(id: id)
        let common =
            socket.set(SRTO_TRANSTYPE, Int32(bitPattern: SRTT_LIVE.rawValue))
            && socket.set(SRTO_RCVSYN, false) && socket.set(SRTO_SNDSYN, false)
            && socket.set(SRTO_PAYLOADSIZE, Int32(SRTLimits.messageBytes))
            && socket.set(SRTO_ENFORCEDENCRYPTION, true)
            && socket.set(SRTO_MAXBW, SRTSocket.unpacedBytesPerSecond)
            && socket.set(SRTO_UDP_RCVBUF, SRTLimits.udpReceiveBufferBytes)
            && socket.set(SRTO_SNDBUF, SRTLimits.sendPackets * SRTLimits.bufferedPacketBytes)
        guard common else {
            socket.close()
            return nil
        }
        return socket
    }

    /// libsrt spaces packets for this rate. High, because at its default of 1 Gbit/s the sender's thread sleeps for ten
    /// microseconds after each packet.
    static let unpacedBytesPerSecond: Int64 = 12_500_000_000

    func close() {
        srt_close(id)
    }

    @discardableResult
    func set(_ option: SRT_SOCKOPT, _ value: Int32) -> Bool {
        var value = value
        return srt_setsockflag(id, option, &value, Int32(MemoryLayout<Int32>.size)) == 0
    }

    @discardableResult
    func set(_ option: SRT_SOCKOPT, _ value: Int64) -> Bool {
        var value = value
        return srt_setsockflag(id, option, &value, Int32(MemoryLayout<Int64>.size)) == 0
    }

    @discardableResult
    func set(_ option: SRT_SOCKOPT, _ value: Bool) -> Bool {
        set(option, Int32(value ? 1 : 0))
    }

    @discardableResult
    func set(_ option: SRT_SOCKOPT, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { srt_setsockflag(id, option, $0.baseAddress, Int32($0.count)) == 0 }
    }

    func integer(_ option: SRT_SOCKOPT) -> Int32? {
        var value: Int32 = 0
        var length = Int32(MemoryLayout<Int32>.size)
        return srt_getsockflag(id, option, &value, &length) == 0 ? value : nil
    }

    /// Makes room for so many packets that were received and are not due; before the bind. Costs 32 bytes a packet.
    @discardableResult
    func setReceiveWindow(_ packets: Int32) -> Bool {
        set(SRTO_FC, packets) && set(SRTO_RCVBUF, packets * SRTLimits.bufferedPacketBytes)
    }

    /// Sets latency, passphrase, key length, idle time-out and window, on a caller or on the socket of a listen
    /// callback.
    func apply(_ settings: SRTSessionSettings, largestWindow: Int32 = SRTLimits.receivePackets.upperBound) -> Bool {
        guard set(SRTO_FC, min(settings.receiveWindow, largestWindow)) else { return false }
        guard set(SRTO_RCVLATENCY, settings.latencyMilliseconds),
            set(SRTO_PEERLATENCY, settings.latencyMilliseconds),
            set(SRTO_PEERIDLETIMEO, settings.peerIdleMilliseconds)
        else { return false }
        guard let encryption = settings.encryption else { return true }
        return set(SRTO_PBKEYLEN, Int32(encryption.keyLength)) && set(SRTO_PASSPHRASE, encryption.passphrase)
    }

    /// Whether nothing is due or about to be, and the connection is up. For connected sockets only: a listener is always silent here.
    var hasNothingToSay: Bool {
        guard let events = integer(SRTO_EVENT), let buffered = integer(SRTO_RCVDATA) else { return false }
        return events & Int32(SRT_EPOLL_IN.rawValue | SRT_EPOLL_ERR.rawValue) == 0 && buffered == 0
    }

    var status: SRT_SOCKSTATUS { srt_getsockstate(id) }

    var localPort: UInt16? {
        IPEndpoint.filled { srt_getsockname(id, $0, $1) }.address?.port
    }

    /// The words of the calling thread's last failed call.
    static var lastErrorText: String {
        String(cString: srt_getlasterror_str())
    }
}

/// What an endpoint asks of each of its connections, checked and in libsrt's units.
struct SRTSessionSettings: Sendable {
    let latencyMilliseconds: Int32
    let peerIdleMilliseconds: Int32
    let encryption: SRTEncryptionSettings?

    /// Packets that come within the latency and a quarter of a second for retransmission at the highest rate that is
    /// provided for.
    var receiveWindow: Int32 {
        let needed = (Int64(latencyMilliseconds) + 250) * SRTLimits.provisionedPacketsPerSecond / 1_000
        return min(
            max(Int32(clamping: needed), SRTLimits.receivePackets.lowerBound),
            SRTLimits.receivePackets.upperBound
        )
    }

    init(latency: Duration, peerIdleTimeout: Duration, encryption: SRTEncryptionSettings?) throws(SRTFailure) {
        func milliseconds(_ duration: Duration, _ name: String, _ range: ClosedRange<Int64>) throws(SRTFailure) -> Int32
        {
            let (seconds, attoseconds) = duration.components
            let value = seconds.magnitude < 1_000_000 ? seconds * 1_000 + attoseconds / 1_000_000_000_000_000 : .max
            guard range.contains(value) else {
                throw SRTFailure(
                    reason: .invalidConfiguration,
                    message: "the \(name) must be \(range.lowerBound) to \(range.upperBound) ms"
                )
            }
            return Int32(value)
        }
        latencyMilliseconds = try milliseconds(latency, "latency", SRTLimits.latencyMilliseconds)
        peerIdleMilliseconds = try milliseconds(peerIdleTimeout, "idle time-out", SRTLimits.peerIdleMilliseconds)
        if let encryption, !encryption.isValid {
            throw SRTFailure(
                reason: .invalidConfiguration,
                message: "a passphrase has 10 to 79 characters and a key 16, 24 or 32 bytes"
            )
        }
        self.encryption = encryption
    }
}
