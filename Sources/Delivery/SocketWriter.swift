import Glibc
package import NIOCore

/// The way out of one connection, on its event loop: straight into the socket while nothing waits in the channel, since
/// the way through the pipeline costs a good part of what the system call does. What the socket does not take waits in
/// the channel, and everything goes through it with TLS.
///
/// All that the connection sends goes this way: what went by another could come into the middle of something.
package final class SocketWriter {
    private static let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)

    private let channel: any Channel
    /// nil: only the channel knows how to write.
    private let socket: CInt?
    /// Writes that the channel has not finished.
    private var waitingWrites = 0
    private var isFlushDue = false

    /// - Parameter isSecured: Whether the pipeline changes the bytes.
    package init(_ channel: any Channel, isSecured: Bool) {
        self.channel = channel
        socket =
            isSecured
            ? nil
            : try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
    }

    package func write(_ bytes: ByteBuffer) {
        var bytes = bytes
        if let socket = freeSocket {
            let sent = bytes.withUnsafeReadableBytes { send(socket, $0.baseAddress, $0.count, Self.flags) }
            if sent == bytes.readableBytes { return }
            // An error is the channel's to find: it writes the same again.
            if sent > 0 { bytes.moveReaderIndex(forwardBy: sent) }
        }
        wait(bytes)
    }

    /// Writes one thing that is kept in two places.
    package func write(_ head: UnsafeRawBufferPointer, _ body: ByteBuffer) {
        let sent = freeSocket.map { max(0, Self.sendTogether($0, head, body)) } ?? 0
        if sent == head.count + body.readableBytes { return }
        var rest = ByteBufferAllocator().buffer(capacity: head.count + body.readableBytes - sent)
        rest.writeBytes(head.dropFirst(sent))
        rest.writeBytes(body.readableBytesView.dropFirst(max(0, sent - head.count)))
        wait(rest)
    }

    /// Writes and flushes what was collected.
    package func writeOut(_ bytes: ByteBuffer) {
        write(bytes)
        flush()
    }

    /// May find the connection broken: then the channel's handlers hear of its end before this returns.
    package func flush() {
        guard isFlushDue else { return }
        isFlushDue = false
        channel.flush()
    }

    /// Whether more waits in the channel than may.
    package var isFull: Bool { (waitingWrites > 0 || socket == nil) && !channel.isWritable }

    /// The socket, when it may be written to past the channel. Its number may be another's as soon as the channel is not
    /// active.
    private var freeSocket: CInt? { waitingWrites == 0 && channel.isActive ? socket : nil }

    private func wait(_ bytes: ByteBuffer) {
        waitingWrites += 1
        isFlushDue = true
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.waitingWrites -= 1 }
        channel.write(bytes, promise: promise)
    }

    private static func sendTogether(_ socket: CInt, _ head: UnsafeRawBufferPointer, _ body: ByteBuffer) -> Int {
        body.withUnsafeReadableBytes { body in
            var parts = (
                iovec(iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count),
                iovec(iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress), iov_len: body.count)
            )
            return withUnsafeMutableBytes(of: &parts) { parts in
                var message = msghdr()
                message.msg_iov = parts.baseAddress?.assumingMemoryBound(to: iovec.self)
                message.msg_iovlen = 2
                return sendmsg(socket, &message, flags)
            }
        }
    }
}
