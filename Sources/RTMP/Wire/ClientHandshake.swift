import Cryptography
package import NIOCore

/// The calling end of the handshake, without digests, RTMP 1.0 §5.2. Any S2 will do.
package struct ClientHandshake: Sendable {
    private enum State: Sendable {
        /// → `awaitingS1`, `failed`
        case awaitingS0
        /// → `awaitingS2`; holds what came of S1.
        case awaitingS1([UInt8])
        /// → `done`; counts what is missing.
        case awaitingS2(missing: Int)
        case done
        case failed(HandshakeError)
    }

    private var state = State.awaitingS0
    private let time: UInt32
    private let random: [UInt8]

    /// - Parameters:
    ///   - time: The milliseconds that C1 gives, of any clock.
    ///   - random: 1,528 bytes that fill C1.
    package init(time: UInt32, random: [UInt8]) {
        precondition(random.count == Handshake.randomByteCount, "C1 takes 1,528 random bytes")
        self.time = time
        self.random = random
    }

    package init(time: UInt32) {
        self.init(time: time, random: RandomBytes.make(Handshake.randomByteCount))
    }

    /// C0 and C1, to be sent once the connection is there.
    package var opening: ByteBuffer {
        var opening = ByteBufferAllocator().buffer(capacity: 1 + Handshake.blockByteCount)
        opening.writeInteger(Handshake.version)
        opening.writeBytes(Handshake.block(time: time, random: random))
        return opening
    }

    /// Takes what belongs to the handshake from `bytes` and leaves the rest.
    package mutating func received(_ bytes: inout ByteBuffer) throws(HandshakeError) -> HandshakeStep {
        var step = HandshakeStep()
        while true {
            switch state {
            case .awaitingS0:
                do {
                    guard try Handshake.readVersion(&bytes) != nil else { return step }
                    state = .awaitingS1([])
                } catch {
                    state = .failed(error)
                    throw error
                }
            case .awaitingS1(var serverBlock):
                state = .done
                guard Handshake.fill(&serverBlock, from: &bytes) else {
                    state = .awaitingS1(serverBlock)
                    return step
                }
                step.reply = ByteBuffer(bytes: Handshake.echo(serverBlock, time: time))
                state = .awaitingS2(missing: Handshake.blockByteCount)
            case .awaitingS2(let missing):
                let count = min(missing, bytes.readableBytes)
                bytes.moveReaderIndex(forwardBy: count)
                guard count == missing else {
                    state = .awaitingS2(missing: missing - count)
                    return step
                }
                state = .done
            case .done:
                step.isDone = true
                return step
            case .failed(let error): throw error
            }
        }
    }
}
