import Glibc
import NIOCore

/// Rests a port that cannot take a connection because files or memory have run out: the connection goes on to wait, and
/// the event loop would try again and again, with all that it has.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    static let length = TimeAmount.milliseconds(250)

    private let onShortage: @Sendable (String) -> Void

    /// - Parameter onShortage: called for each try with a clause that says what there is too little of.
    init(onShortage: @escaping @Sendable (String) -> Void) {
        self.onShortage = onShortage
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Any other error is of one connection, which is gone, or closes the port.
        guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) else {
            context.fireErrorCaught(error)
            return
        }
        onShortage(String(cString: strerror(code)).lowercased())
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
        context.eventLoop.scheduleTask(in: Self.length) {
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
    }
}
