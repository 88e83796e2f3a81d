import Media
import NIOCore
import NIOPosix
import PacketIO

/// Reads the busy connections of one event loop together, past the channels: one look at all of them every few
/// milliseconds, and one buffer for what they have. Lives on the event loop.
///
/// Between rounds the loop is free for everything else.
final class ReadRounds {
    /// What is read at once from a connection.
    private static let bufferBytes = 128 * 1_024

    private let loop: any EventLoop
    private var rhythm: ReadRhythm
    private let sockets: ReadySet
    private var timer: IntervalTimer?
    /// Whether the loop has its timer, or was refused one.
    private var isTimerAsked = false
    private var buffer = ByteBuffer()
    /// Those whose sockets are read here; a place that was left is nil.
    private var handlers: [RoundReadHandler?] = []
    private var freePlaces: [Int] = []
    private(set) var areUnderWay = false

    init(loop: any EventLoop, rhythm: ReadRhythm = ReadRhythm()) throws(PacketIOError) {
        self.loop = loop
        self.rhythm = rhythm
        sockets = try ReadySet()
    }

    /// A connection was read from on its own.
    func readEnded(by handler: RoundReadHandler) {
        guard !areUnderWay, rhythm.readEnded(by: ObjectIdentifier(handler), at: .now()) else { return }
        if timer != nil {
            begin()
        } else if !isTimerAsked {
            isTimerAsked = true
            askForTimer()
        }
    }

    /// Reads a connection from now on.
    ///
    /// - Returns: its place; nil when the system refuses.
    func join(_ handler: RoundReadHandler, socket: CInt) -> Int? {
        let place = freePlaces.popLast() ?? handlers.count
        if place == handlers.count { handlers.append(nil) }
        do {
            try sockets.add(socket, tag: UInt64(place))
            handlers[place] = handler
            return place
        } catch {
            freePlaces.append(place)
            return nil
        }
    }

    /// - Parameter socket: nil when it was closed.
    func leave(_ place: Int, socket: CInt?) {
        if let socket { sockets.remove(socket) }
        handlers[place] = nil
        freePlaces.append(place)
    }

    private func begin() {
        areUnderWay = true
        buffer = ByteBufferAllocator().buffer(capacity: Self.bufferBytes)
        timer?.start(every: rhythm.interval)
    }

    private func round() {
        guard areUnderWay else { return }
        let count = sockets.wait(milliseconds: 0)
        for index in 0..<count {
            let place = Int(sockets.tag(index))
            // It may have been left during this round, and taken by another, which is read then.
            if place < handlers.count { handlers[place]?.readSocket(into: &buffer) }
        }
        if !rhythm.roundEnded(reads: count) { end() }
    }

    private func end() {
        areUnderWay = false
        timer?.stop()
        for handler in handlers { handler?.leave() }
        handlers = []
        freePlaces = []
        buffer = ByteBuffer()
    }

    /// Has the loop woken up by a timer of its own: that costs one system call, where a scheduled task costs two, its
    /// promise and a place in the loop's heap. Without it there are no rounds.
    private func askForTimer() {
        guard let timer = try? IntervalTimer() else { return }
        let rounds = NIOLoopBound(self, eventLoop: loop)
        NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Tick(rounds.value))
                }
            }
            .takingOwnershipOfDescriptor(input: timer.descriptor)
            .whenComplete { result in
                switch result {
                case .success:
                    rounds.value.timer = timer
                    rounds.value.begin()
                case .failure: timer.close()
                }
            }
    }

    private final class Tick: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let rounds: ReadRounds

        init(_ rounds: ReadRounds) {
            self.rounds = rounds
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            rounds.round()
        }
    }
}
