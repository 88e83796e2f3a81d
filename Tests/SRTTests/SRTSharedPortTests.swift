import CLibSRT
import Glibc
import HeadgateTestKit
import Media
import NetworkAddress
import Synchronization
import Testing

@testable import SRT

/// When libsrt is given the shared port, which costs its wake-ups from then on.
@Suite("The shared SRT port")
struct SRTSharedPortTests {
    /// What a caller is told when nobody answers.
    private static let noAnswer = SRTPeer.Refused(code: Int32(bitPattern: SRT_REJ_TIMEOUT.rawValue))

    @Test("is bound at the start: another one on it is refused, and nobody is answered")
    func bound() throws {
        let running = try RunningGateway()
        let port = running.port
        #expect(port != 0)
        let failure = #expect(throws: SRTFailure.self) { _ = try RunningGateway { $0.sharedPort = port } }
        #expect(failure?.reason == .portInUse)
        #expect(throws: Self.noAnswer) { try SRTPeer(port: port, connectTimeout: 500) }
        #expect(running.events.isEmpty)
    }

    @Test("goes to libsrt with the first endpoint, and stays there to refuse callers")
    func firstEndpoint() async throws {
        let running = try RunningGateway()
        #expect(throws: Self.noAnswer) { try SRTPeer(port: running.port, streamID: "demo/in", connectTimeout: 500) }
        for _ in 0..<2 {
            let input = try running.gateway.addInput(
                SRTListenerInputConfiguration(name: "demo/in"),
                sink: CollectingSink()
            )
            #expect(input.localPort == running.port)
            let peer = try SRTPeer(port: running.port, streamID: "demo/in")
            try await eventually("the publisher") { input.statistics().state == .connected }
            peer.close()
            input.close()
            #expect(throws: SRTPeer.Refused(code: 1_404)) { try SRTPeer(port: running.port, streamID: "demo/in") }
        }
        try await running.refused(.unknownStreamKey, count: 2)
    }

    @Test("serves all endpoints that come first at the same moment")
    func firstOnesAtOnce() async throws {
        for _ in 0..<5 {
            let running = try RunningGateway()
            let failures = Mutex<[String]>([])
            let threads = (0..<8).map { _ in BackgroundThread() }
            for (index, thread) in threads.enumerated() {
                thread.start {
                    do {
                        let configuration = SRTListenerInputConfiguration(name: "flow\(index)/in")
                        _ = try running.gateway.addInput(configuration, sink: CollectingSink())
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                }
            }
            for thread in threads { thread.join() }
            #expect(failures.withLock { $0 } == [])
            for index in threads.indices { _ = try SRTPeer(port: running.port, streamID: "flow\(index)/in") }
        }
    }

    @Test("stays bound when libsrt cannot have it, and a later try succeeds")
    func handOverFails() async {
        // A process of its own, as the limit holds for all of it.
        await #expect(processExitsWith: .success) {
            let running = try RunningGateway()
            let descriptors = DescriptorLimit()
            let input = SRTListenerInputConfiguration(name: "demo/in")
            descriptors.exhaust()
            let failure = #expect(throws: SRTFailure.self) {
                try running.gateway.addInput(input, sink: CollectingSink())
            }
            descriptors.restore()
            #expect(failure?.reason == .tooManySockets)
            #expect(failure?.isRetryable == true)
            #expect(failure?.message.contains("\(running.port)") == true)
            #expect(throws: (any Error).self, "the port is bound") { try UDPSocket(port: running.port) }
            _ = try running.gateway.addInput(input, sink: CollectingSink())
            _ = try SRTPeer(port: running.port, streamID: "demo/in")
        }
    }

    @Test("A bound port that one socket of libsrt's cannot take goes to the next")
    func anotherSocket() throws {
        let core = SRTCore(configuration: SRTGatewayConfiguration()) { _ in }
        try core.start()
        defer { core.stop() }
        let loopback = IPEndpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)
        let (taken, other, late) = (try core.makeSocket(), try core.makeSocket(), try core.makeSocket())
        defer { for socket in [taken, other, late] { socket.close() } }
        try SRTGuardedSocket(bindingTo: loopback, filter: .everyone).handOver(to: taken)
        let guarded = try SRTGuardedSocket(bindingTo: loopback, filter: .everyone)
        #expect(throws: SRTFailure.self) { try guarded.handOver(to: taken) }
        try guarded.handOver(to: other)
        #expect(other.localPort == guarded.localAddress.port)
        guarded.release()
        let failure = #expect(throws: SRTFailure.self) { try guarded.handOver(to: late) }
        #expect(failure?.reason == .notRunning)
    }

    @Test("A gateway that stopped starts libsrt no more")
    func stopped() throws {
        let core = SRTCore(configuration: SRTGatewayConfiguration()) { _ in }
        try core.start()
        core.stop()
        let failure = #expect(throws: SRTFailure.self) { try core.makeSocket() }
        #expect(failure?.reason == .notRunning)
    }
}

/// How many files the process may have open.
private final class DescriptorLimit: Sendable {
    private let before: rlimit

    init() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        before = limit
    }

    /// Lets nothing more be opened.
    func exhaust() {
        let lowestFree = dup(STDERR_FILENO)
        close(lowestFree)
        var limit = before
        limit.rlim_cur = rlim_t(max(lowestFree, 1))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    func restore() {
        var limit = before
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
