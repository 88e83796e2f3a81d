import Glibc
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import FlowRuntime

@Suite("Ports that cannot take connections")
struct AcceptPauseTests {
    private final class Told: Sendable {
        let shortages = Mutex<[String]>([])
    }

    private let told = Told()
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel

    init() {
        channel = EmbeddedChannel(
            handler: AcceptPause { [told] shortage in told.shortages.withLock { $0.append(shortage) } },
            loop: loop
        )
    }

    private var isReading: Bool {
        channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool ?? true
    }

    @Test("Without files or memory nothing is taken for a while, which is told", arguments: [EMFILE, ENFILE, ENOMEM])
    func shortage(_ code: CInt) {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        #expect(!isReading)
        #expect(told.shortages.withLock { $0.count } == 1)
        loop.advanceTime(by: AcceptPause.length)
        #expect(isReading)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        #expect(!isReading)
        #expect(told.shortages.withLock { $0.count } == 2)
    }

    @Test("A connection that was gone before it was taken is none of its business")
    func other() {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        #expect(isReading)
        #expect(told.shortages.withLock { $0.isEmpty })
    }
}
