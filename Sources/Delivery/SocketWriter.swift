import Glibc
package import NIOCore

/// The way out of one connection for media, on its event loop: straight into the socket while nothing waits in the
/// channel, since the way through the pipeline costs a good part of what the system call does. What the socket does not
/// take waits in the channel, and everything goes through it with TLS.
package final class SocketWriter {
    private static let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)

    private let channel: any Channel
    private let options: (any NIOSynchronousChannelOptions)?
    /// nil: only the channel knows how to write.
    private let socket: CInt?
    private var isFlushDue = false

    /// - Parameter isSecured: Whether the pipeline changes the bytes.
    package init(_ channel: any Channel, isSecured: Bool) {
        self.channel = channel
        options = channel.syncOptions
        socket =
            isSecured
            ? nil
            : try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
    }

    package func write(_ bytes: ByteBuffer) {
        var bytes = bytes
        if let socket, isQueueEmpty {
            let sent = bytes.withUnsafeReadableBytes { send(socket, $0.baseAddress, $0.count, Self.flags) }
            if sent == bytes.readableBytes { return }
            // An error is the channel's to find: it writes the same again.
            if sent > 0 { bytes.moveReaderIndex(forwardBy: sent) }
        }
        isFlushDue = true
        channel.write(bytes, promise: nil)
    }

    package func flush() {
        guard isFlushDue else { return }
        isFlushDue = false
        channel.flush()
    }

    /// What waits in the channel.
    package var waitingBytes: Int { (try? options?.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0 }

    private var isQueueEmpty: Bool {
        // The socket's number may be another's as soon as the channel is not active.
        !isFlushDue && channel.isActive && options != nil && waitingBytes == 0
    }
}
