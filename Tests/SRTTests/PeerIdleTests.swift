import CLibSRT
import Glibc
import HeadgateTestKit
import Media
import SRT
import Testing

/// A publisher whose machine loses its network: nothing comes from it any more, not even a goodbye.
private final class VanishingPublisher: Sendable {
    private let descriptor: Int32
    private let peer: SRTPeer

    init(port: UInt16, streamID: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        peer = try SRTPeer(port: port, streamID: streamID, descriptor: descriptor)
    }

    func send(_ message: [UInt8]) -> Bool { peer.send(message) }

    /// Puts a socket of another port in the place of the one that libsrt uses. What comes from there is not the peer's.
    func vanish() {
        let other = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        // As libsrt has it: its receiving thread looks now and then whether it is to end.
        var wait = timeval(tv_sec: 0, tv_usec: 10_000)
        setsockopt(other, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        dup2(other, descriptor)
        close(other)
    }
}

@Suite("A publisher that vanishes")
struct PeerIdleTests {
    @Test("is given up after peerIdleTimeout, the input waits again, and its place is free")
    func vanishes() async throws {
        let running = try RunningGateway()
        let timeouts: [Duration] = [.seconds(1), .seconds(9)]
        var inputs: [SRTInput] = []
        var publishers: [VanishingPublisher] = []
        for (index, timeout) in timeouts.enumerated() {
            var configuration = SRTListenerInputConfiguration(name: "f\(index)/in")
            configuration.peerIdleTimeout = timeout
            inputs.append(try running.gateway.addInput(configuration, sink: CollectingSink()))
            publishers.append(try VanishingPublisher(port: running.port, streamID: "f\(index)/in"))
        }
        try await eventually("both are connected") { inputs.allSatisfy { $0.statistics().state == .connected } }
        let clock = ContinuousClock()
        let cut = clock.now
        for publisher in publishers { publisher.vanish() }
        var lost: [Duration] = []
        for input in inputs {
            try await eventually("the loss") { input.statistics().state == .waiting }
            lost.append(clock.now - cut)
        }
        // libsrt takes about five seconds for the first too: see SRTListenerInputConfiguration. The last sign of life may
        // be older than the cut by a keepalive's second.
        for (time, timeout) in zip(lost, timeouts) { #expect(time > timeout - .seconds(1.5)) }
        #expect(lost[0] < lost[1])
        #expect(inputs[0].statistics().lastError == "the connection was lost or closed by the far side")
        let successor = try SRTPeer(port: running.port, streamID: "f0/in")
        try await eventually("its successor") { inputs[0].statistics().state == .connected }
        successor.close()
    }
}
