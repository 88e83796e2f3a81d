import Cryptography
package import NIOCore

/// The listening end of the handshake, RTMP 1.0 §5.2.
///
/// Answers a C1 that holds a digest with digests, any other as the specification says. What C2 holds is not looked at:
/// clients differ, and nothing depends on it.
package struct ServerHandshake: Sendable {
    private enum State: Sendable {
        /// → `awaitingC1`, `failed`
        case awaitingC0
        /// → `awaitingC2`; holds what came of C1.
        case awaitingC1([UInt8])
        /// → `done`; counts what is missing.
        case awaitingC2(missing: Int)
        case done
        case failed(HandshakeError)
    }

    /// What S1 gives as version when it holds a digest: clients take 0 to mean that there is none.
    private static let digestVersion: [UInt8] = [4, 5, 0, 1]

    private var state = State.awaitingC0
    private let time: UInt32
    private let random: [UInt8]

    /// - Parameters:
    ///   - time: The milliseconds that S1 gives, of any clock.
    ///   - random: 1,528 bytes that fill S1.
    package init(time: UInt32, random: [UInt8]) {
        precondition(random.count == Handshake.randomByteCount, "S1 takes 1,528 random bytes")
        self.time = time
        self.random = random
    }

    package init(time: UInt32) {
        self.init(time: time, random: RandomBytes.make(Handshake.randomByteCount))
    }

    /// Takes what belongs to the handshake from `bytes` and leaves the rest.
    package mutating func received(_ bytes: inout ByteBuffer) throws(HandshakeError) -> HandshakeStep {
        var step = HandshakeStep()
        while true {
            switch state {
            case .awaitingC0:
                do {
                    guard try Handshake.readVersion(&bytes) != nil else { return step }
                    state = .awaitingC1([])
                } catch {
                    state = .failed(error)
                    throw error
                }
            case .awaitingC1(var clientBlock):
                state = .done
                guard Handshake.fill(&clientBlock, from: &bytes) else {
                    state = .awaitingC1(clientBlock)
                    return step
                }
                step.reply = reply(to: clientBlock)
                state = .awaitingC2(missing: Handshake.blockByteCount)
            case .awaitingC2(let missing):
                let count = min(missing, bytes.readableBytes)
                bytes.moveReaderIndex(forwardBy: count)
                guard count == missing else {
                    state = .awaitingC2(missing: missing - count)
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

    /// S0, S1 and S2 for a whole C1.
    private func reply(to clientBlock: [UInt8]) -> ByteBuffer {
        var serverBlock = Handshake.block(time: time, random: random)
        let answer: [UInt8]
        // Clients from before the digests give 0 as their version.
        let mayHoldDigest = clientBlock[4..<8].contains { $0 != 0 }
        if mayHoldDigest, let digest = HandshakeDigest(in: clientBlock, key: HandshakeDigest.Key.player) {
            serverBlock.replaceSubrange(4..<8, with: Self.digestVersion)
            HandshakeDigest.sign(&serverBlock, scheme: digest.scheme, key: HandshakeDigest.Key.server)
            answer = digest.answer(random: random, key: HandshakeDigest.Key.server)
        } else {
            answer = Handshake.echo(clientBlock, time: time)
        }
        var reply = ByteBufferAllocator().buffer(capacity: 1 + 2 * Handshake.blockByteCount)
        reply.writeInteger(Handshake.version)
        reply.writeBytes(serverBlock)
        reply.writeBytes(answer)
        return reply
    }
}
