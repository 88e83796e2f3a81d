import CLinux
import Glibc
public import Media
public import NetworkAddress
import Threads

/// A UDP socket that sends to one destination, host or group, without ever blocking.
///
/// Datagrams that the system does not take at once are dropped and counted. Calls may come from any thread.
public final class UDPSender: @unchecked Sendable {
    // Invariant: every `var` is read and written under `lock` only.
    private let lock = Lock()
    private let socket: UDPSocket
    private var isOpen = true
    private var segments: Bool
    private var totals = UDPSenderCounters()
    private var lastError: Int32 = 0

    /// The address that datagrams come from.
    public let localAddress: IPAddress?
    /// The port that datagrams come from.
    public let localPort: UInt16

    public init(_ configuration: UDPSenderConfiguration) throws(PacketIOError) {
        socket = try openSendingSocket(configuration)
        segments = configuration.usesSegmentation && socket.supportsSegmentation
        let local = socket.localEndpoint
        localAddress = local?.address
        localPort = local?.port ?? configuration.localPort
    }

    /// Makes the kernel refuse to segment, for a test of what happens then.
    func disableChecksums() {
        socket.set(SOL_SOCKET, SO_NO_CHECK, 1)
    }

    deinit {
        close()
    }

    /// Closes the socket; later datagrams are ignored.
    public func close() {
        lock.withLock {
            guard isOpen else { return }
            isOpen = false
            socket.close()
        }
    }

    public var counters: UDPSenderCounters {
        lock.withLock {
            var result = totals
            result.lastError = lastError == 0 ? nil : errorText(lastError)
            return result
        }
    }

    /// Sends each payload as one datagram.
    public func send(_ payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>) {
        send(payloads, headerLength: 0) { _, _ in }
    }

    /// Sends each payload as one datagram with a header before it.
    ///
    /// - Parameter headerLength: In bytes, at most ``PacketIOLimits/headerBytes``.
    /// - Parameter writeHeader: Called once for each payload, in order, with the payload's index and `headerLength`
    ///   bytes to overwrite.
    public func send(
        _ payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>,
        headerLength: Int,
        _ writeHeader: (_ index: Int, _ header: UnsafeMutableRawBufferPointer) -> Void
    ) {
        precondition((0...PacketIOLimits.headerBytes).contains(headerLength), "headers have a known, small length")
        let scratch = SendScratch.current
        lock.withLock {
            guard isOpen else { return }
            var start = 0
            while start < payloads.count {
                let end = min(start + SendScratch.datagrams, payloads.count)
                sendChunk(payloads, start..<end, headerLength: headerLength, scratch, writeHeader)
                start = end
            }
        }
    }

    private func sendChunk(
        _ payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>,
        _ range: Range<Int>,
        headerLength: Int,
        _ scratch: SendScratch,
        _ writeHeader: (Int, UnsafeMutableRawBufferPointer) -> Void
    ) {
        let vectorsEach = headerLength > 0 ? 2 : 1
        var vector = 0
        for index in range {
            if headerLength > 0 {
                let header = scratch.header(index - range.lowerBound, length: headerLength)
                writeHeader(index, header)
                scratch.vectors[vector] = iovec(iov_base: header.baseAddress, iov_len: headerLength)
                vector += 1
            }
            let payload = payloads[index]
            scratch.vectors[vector] = iovec(
                iov_base: UnsafeMutableRawPointer(mutating: payload.baseAddress),
                iov_len: payload.count
            )
            vector += 1
        }
        let messages =
            segments
            ? groupEqual(range.count, vectorsEach, headerLength, scratch)
            : listSingly(range.count, vectorsEach, scratch)
        transmit(messages, vectorsEach, scratch)
    }

    /// One message a datagram.
    private func listSingly(_ datagrams: Int, _ vectorsEach: Int, _ scratch: SendScratch, from start: Int = 0) -> Int {
        for index in 0..<datagrams {
            scratch.setMessage(
                index,
                vector: start + index * vectorsEach,
                vectorCount: vectorsEach,
                datagrams: 1,
                segment: 0
            )
        }
        return datagrams
    }

    /// One message for each run of equal datagrams, of which the last may be shorter.
    private func groupEqual(
        _ datagrams: Int,
        _ vectorsEach: Int,
        _ headerLength: Int,
        _ scratch: SendScratch
    ) -> Int {
        var message = 0
        var index = 0
        while index < datagrams {
            let length = headerLength + scratch.vectors[index * vectorsEach + vectorsEach - 1].iov_len
            let limit =
                length > 0
                ? min(datagrams - index, PacketIOLimits.segmentedBytes / length, PacketIOLimits.segmentsPerMessage) : 1
            var count = 1
            while count < limit {
                let next = headerLength + scratch.vectors[(index + count + 1) * vectorsEach - 1].iov_len
                guard next <= length, next > 0 else { break }
                count += 1
                guard next == length else { break }
            }
            scratch.setMessage(
                message,
                vector: index * vectorsEach,
                vectorCount: count * vectorsEach,
                datagrams: count,
                segment: count > 1 ? length : 0
            )
            message += 1
            index += count
        }
        return message
    }

    private func transmit(_ count: Int, _ vectorsEach: Int, _ scratch: SendScratch) {
        var done = 0
        var wasRefused = false
        while done < count {
            let result = sendmmsg(
                socket.descriptor,
                scratch.messages + done,
                UInt32(count - done),
                Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            )
            if result > 0 {
                for index in done..<done + Int(result) {
                    totals.datagrams &+= UInt64(scratch.datagramCounts[index])
                    totals.bytes &+= UInt64(scratch.messages[index].msg_len)
                }
                done += Int(result)
                wasRefused = false
                if lastError != 0 { lastError = 0 }
                continue
            }
            let code = errno
            switch code {
            case EINTR:
                continue
            case ECONNREFUSED where !wasRefused:
                // An answer to an earlier datagram; this one was not tried yet.
                totals.connectionRefused &+= 1
                wasRefused = true
            case EINVAL where scratch.datagramCounts[done] > 1, EIO where scratch.datagramCounts[done] > 1,
                EMSGSIZE where scratch.datagramCounts[done] > 1, EOPNOTSUPP where scratch.datagramCounts[done] > 1:
                // This way out cannot segment, or a datagram is longer than its packets: one by one from now on.
                segments = false
                sendRemainderSingly(done, count, vectorsEach, scratch)
                return
            default:
                for index in done..<count { totals.dropped &+= UInt64(scratch.datagramCounts[index]) }
                if code != EAGAIN { lastError = code }
                return
            }
        }
    }

    private func sendRemainderSingly(_ done: Int, _ count: Int, _ vectorsEach: Int, _ scratch: SendScratch) {
        var sent = 0
        for index in 0..<done { sent += scratch.datagramCounts[index] }
        var left = 0
        for index in done..<count { left += scratch.datagramCounts[index] }
        transmit(listSingly(left, vectorsEach, scratch, from: sent * vectorsEach), vectorsEach, scratch)
    }
}

extension UDPSender: PacketSink {
    /// Sends each payload as one datagram.
    public func consume(_ batch: PacketBatch) {
        send(batch.payloads)
    }
}
