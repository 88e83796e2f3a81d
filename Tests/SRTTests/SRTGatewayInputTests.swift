import HeadgateTestKit
import Media
import NetworkAddress
import SRT
import Synchronization
import Testing

@Suite("SRT inputs")
struct SRTGatewayInputTests {
    private static let passphrase = "correct horse battery"

    private func deliver(_ expected: [[UInt8]], from peer: SRTPeer, to sink: CollectingSink) async throws {
        for message in expected { #expect(peer.send(message)) }
        try await eventually("all messages", detail: { "\(sink.count) of \(expected.count)" }) {
            sink.count == expected.count
        }
        #expect(sink.current.payloads == expected)
    }

    @Test("What a publisher sends arrives byte-exact, clear", arguments: ["demo/in", "#!::r=demo/in,m=publish"])
    func clear(_ streamID: String) async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        let input = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink)
        #expect(input.localPort == running.port)
        #expect(input.statistics().state == .waiting)
        let peer = try SRTPeer(port: running.port, streamID: streamID)
        try await deliver(messages(500), from: peer, to: sink)
        // Counted after the sink has returned, and libsrt's own figures once a second.
        try await eventually("figures", detail: { "\(input.statistics())" }) {
            let figures = input.statistics()
            return figures.deliveredPackets == 500 && (figures.peer?.packets ?? 0) >= 500
        }
        let figures = input.statistics()
        #expect(figures.state == .connected)
        #expect(figures.peer?.remote.hasPrefix("127.0.0.1:") == true)
        #expect(figures.peer?.latencyMilliseconds == Int(SRTPeer.patientLatency))
        #expect(sink.current.connected == figures.peer.map { [$0.remote] })
        peer.close()
        try await eventually("the end") { sink.current.disconnected.count == 1 }
        try await eventually("waiting") { input.statistics().state == .waiting }
        #expect(running.refusals.isEmpty)
    }

    @Test("What a publisher sends arrives byte-exact, encrypted", arguments: [Int32(16), 24, 32])
    func encrypted(_ keyLength: Int32) async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        var configuration = SRTListenerInputConfiguration(name: "demo/in")
        configuration.encryption = SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: Int(keyLength))
        _ = try running.gateway.addInput(configuration, sink: sink)
        let peer = try SRTPeer(
            port: running.port,
            streamID: "demo/in",
            passphrase: Self.passphrase,
            keyLength: keyLength
        )
        try await deliver(messages(300), from: peer, to: sink)
    }

    @Test("On a port of its own an input takes any stream ID and tells callers its key length")
    func ownPort() async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        var configuration = SRTListenerInputConfiguration(name: "demo/in", port: 0)
        configuration.encryption = SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: 32)
        let input = try running.gateway.addInput(configuration, sink: sink)
        let port = try #require(input.localPort)
        #expect(port != running.port)
        // Without a key length: the caller takes the listener's.
        let peer = try SRTPeer(port: port, streamID: "whatever it is", passphrase: Self.passphrase)
        try await deliver(messages(100), from: peer, to: sink)
    }

    @Test("Inputs on the shared port keep their own keys and latencies")
    func ownKeys() async throws {
        let running = try RunningGateway()
        var sinks: [CollectingSink] = []
        var inputs: [SRTInput] = []
        var peers: [SRTPeer] = []
        for index in 0..<4 {
            var configuration = SRTListenerInputConfiguration(name: "flow\(index)/in")
            configuration.latency = .milliseconds(2_000 + index * 50)
            if index > 0 {
                configuration.encryption = SRTEncryptionSettings(passphrase: "secret number \(index)", keyLength: 16)
            }
            let sink = CollectingSink()
            inputs.append(try running.gateway.addInput(configuration, sink: sink))
            sinks.append(sink)
            peers.append(
                try SRTPeer(
                    port: running.port,
                    streamID: "flow\(index)/in",
                    passphrase: index > 0 ? "secret number \(index)" : nil,
                    latency: 60
                )
            )
        }
        for index in 0..<4 { try await deliver(messages(100, seed: index), from: peers[index], to: sinks[index]) }
        for index in 0..<4 {
            try await eventually("figures") { (inputs[index].statistics().peer?.packets ?? 0) > 0 }
            #expect(inputs[index].statistics().peer?.latencyMilliseconds == 2_000 + index * 50)
        }
    }

    struct KeyFixture: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var configured: Int?
        var passphrase: String?
        var keyLength: Int32 = 16
        var refusal: Refusal
        /// What the caller sees; nil when it gets through and is cut.
        var code: Int32?
    }

    @Test(
        "A key that does not fit is refused with its own reason",
        arguments: [
            KeyFixture(
                testDescription: "wrong key",
                configured: 16,
                passphrase: "not the right one",
                refusal: .badPassphrase,
                code: 10
            ),
            KeyFixture(
                testDescription: "no key",
                configured: 16,
                passphrase: nil,
                refusal: .encryptionRequired,
                code: 11
            ),
            KeyFixture(
                testDescription: "unexpected key",
                configured: nil,
                passphrase: passphrase,
                refusal: .encryptionUnexpected,
                code: 11
            ),
            KeyFixture(
                testDescription: "another key length",
                configured: 32,
                passphrase: passphrase,
                refusal: .keyLengthMismatch,
                code: nil
            ),
        ]
    )
    func wrongKeys(_ fixture: KeyFixture) async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        var configuration = SRTListenerInputConfiguration(name: "demo/in")
        configuration.encryption = fixture.configured.map {
            SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: $0)
        }
        let input = try running.gateway.addInput(configuration, sink: sink)
        func attempt() throws -> SRTPeer {
            try SRTPeer(
                port: running.port,
                streamID: "demo/in",
                passphrase: fixture.passphrase,
                keyLength: fixture.keyLength
            )
        }
        if let code = fixture.code {
            #expect(throws: SRTPeer.Refused(code: code)) { try attempt() }
        } else {
            let peer = try attempt()
            try await eventually("the cut") { !peer.isConnected }
        }
        try await running.refused(fixture.refusal)
        // A caller that waits too long for its answer asks again, and is refused again.
        #expect(Set(running.refusals) == [fixture.refusal])
        for case .refused(_, let endpoint, let remote) in running.events {
            #expect(endpoint == "demo/in")
            #expect(remote.hasPrefix("127.0.0.1:"))
        }
        #expect(sink.current.connected.isEmpty)
        #expect(sink.count == 0)
        // The place is free again.
        let peer = try SRTPeer(
            port: running.port,
            streamID: "demo/in",
            passphrase: fixture.configured == nil ? nil : Self.passphrase,
            keyLength: Int32(fixture.configured ?? 0)
        )
        try await eventually("the right key") { input.statistics().state == .connected }
        peer.close()
        let texts = running.events.map { "\($0)" }
        #expect(!texts.contains { $0.contains(Self.passphrase) || $0.contains("not the right one") })
    }

    @Test("An address that keeps trying keys is refused early with a code, and another flow's publisher stays")
    func keyGuessing() async throws {
        // So that no machine is too slow to use up the tries.
        let running = try RunningGateway { $0.wrongKeysPerSecond = 0.001 }
        let sink = CollectingSink()
        var configuration = SRTListenerInputConfiguration(name: "demo/in")
        configuration.encryption = SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: 16)
        _ = try running.gateway.addInput(configuration, sink: CollectingSink())
        _ = try running.gateway.addInput(SRTListenerInputConfiguration(name: "other/in"), sink: sink)
        let publisher = try SRTPeer(port: running.port, streamID: "other/in")
        var codes: [Int32] = []
        for _ in 0..<100 where !codes.contains(1_402) {
            do {
                _ = try SRTPeer(port: running.port, streamID: "demo/in", passphrase: "a wrong passphrase")
            } catch let refused as SRTPeer.Refused {
                codes.append(refused.code)
            }
        }
        // Ten tries are free; a caller that waits too long for its answer asks again, which counts as another one.
        #expect(codes.count > 5)
        #expect(codes.last == 1_402)
        try await deliver(messages(50), from: publisher, to: sink)
    }

    @Test("A stranger, an unknown stream, a second publisher and a player are refused with their codes")
    func refusals() async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        _ = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink)
        let strangers = Allowlist(networks: [IPNetwork("192.0.2.0/24")].compactMap { $0 })
        _ = try running.gateway.addInput(SRTListenerInputConfiguration(name: "closed/in", allow: strangers), sink: sink)
        func refusal(_ streamID: String) throws -> Int32 {
            do {
                _ = try SRTPeer(port: running.port, streamID: streamID)
                return 0
            } catch let refused as SRTPeer.Refused {
                return refused.code
            }
        }
        #expect(try refusal("nobody/in") == 1_404)
        #expect(try refusal("") == 1_404)
        #expect(try refusal("#!::r=demo/in,m=teleport") == 1_400)
        #expect(try refusal("#!::r=demo/in,m=request") == 1_405)
        #expect(try refusal("closed/in") == 1_403)
        let publisher = try SRTPeer(port: running.port, streamID: "demo/in")
        #expect(try refusal("demo/in") == 1_409)
        #expect(publisher.isConnected)
        try await eventually("the events") { running.events.count >= 5 }
        #expect(running.refusals.contains(.unknownStreamKey))
    }

    @Test("The allowlist is enforced in the kernel when every input of a port has one")
    func guardedByAllowlist() async throws {
        let running = try RunningGateway()
        let strangers = Allowlist(networks: [IPNetwork("192.0.2.0/24")].compactMap { $0 })
        let input = try running.gateway.addInput(
            SRTListenerInputConfiguration(name: "demo/in", port: 0, allow: strangers),
            sink: CollectingSink()
        )
        let port = try #require(input.localPort)
        // Depending on whether the filter is in place yet: no answer, or the refusal.
        #expect(throws: SRTPeer.Refused.self) { try SRTPeer(port: port, connectTimeout: 1_000) }
        input.update(allow: .everyone)
        try await eventually("being let in") { (try? SRTPeer(port: port, connectTimeout: 3_000)) != nil }
    }

    @Test("An allowlist that changes keeps the session, also of an address that it no longer names")
    func updateKeepsSession() async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        let input = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink)
        let peer = try SRTPeer(port: running.port, streamID: "demo/in")
        let expected = messages(200)
        for message in expected[..<100] { #expect(peer.send(message)) }
        input.update(allow: Allowlist(networks: [IPNetwork("127.0.0.0/8")].compactMap { $0 }))
        for message in expected[100...] { #expect(peer.send(message)) }
        try await eventually("all messages") { sink.count == expected.count }
        #expect(sink.current.payloads == expected)
        #expect(sink.current.connected.count == 1)
        #expect(sink.current.disconnected.isEmpty)
    }

    @Test("Closing while traffic flows ends the sink's calls before it returns, and frees the stream ID")
    func closeWhileReceiving() async throws {
        let running = try RunningGateway()
        for round in 0..<10 {
            let sink = CollectingSink()
            let input = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink)
            let peer = try SRTPeer(port: running.port, streamID: "demo/in", latency: 20)
            for message in messages(50, seed: round) { #expect(peer.send(message)) }
            try await eventually("traffic") { sink.count > 0 }
            input.close("stopped by the test")
            let after = sink.current
            #expect(after.disconnected == ["stopped by the test"])
            for message in messages(50, seed: round) where !peer.send(message) { break }
            try await eventually("the far side hears it") { !peer.isConnected }
            #expect(sink.current.payloads.count == after.payloads.count)
            #expect(input.statistics().state == .closed)
            input.close("again")
            #expect(sink.current.disconnected.count == 1)
        }
    }

    @Test("A sink may close its own input")
    func closeFromSink() async throws {
        final class ClosingSink: InputSink {
            let input = Holder()
            func consume(_ batch: PacketBatch) { input.value.withLock { $0 }?.close("closed by the sink") }
            func peerConnected(_ remote: String) {}
            func peerDisconnected(_ reason: String) { input.reasons.withLock { $0.append(reason) } }
        }
        let running = try RunningGateway()
        let sink = ClosingSink()
        let input = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink)
        sink.input.value.withLock { $0 = input }
        let peer = try SRTPeer(port: running.port, streamID: "demo/in")
        #expect(peer.send([1, 2, 3]))
        try await eventually("the end") { input.statistics().state == .closed }
        #expect(sink.input.reasons.withLock { $0 } == ["closed by the sink"])
        sink.input.value.withLock { $0 = nil }
    }

    @Test("An input on a port of its own comes back on it at once, and a foreign port is reported as in use")
    func portReuse() async throws {
        let running = try RunningGateway()
        let first = try running.gateway.addInput(
            SRTListenerInputConfiguration(name: "demo/in", port: 0),
            sink: CollectingSink()
        )
        let port = try #require(first.localPort)
        #expect(throws: SRTFailure.self) {
            try running.gateway.addInput(
                SRTListenerInputConfiguration(name: "b/in", port: port),
                sink: CollectingSink()
            )
        }
        first.close()
        let second = try running.gateway.addInput(
            SRTListenerInputConfiguration(
                name: "demo/in",
                port: port,
                encryption: SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: 32)
            ),
            sink: CollectingSink()
        )
        #expect(throws: SRTPeer.Refused(code: 11)) { try SRTPeer(port: port) }
        second.close()
        let sink = CollectingSink()
        _ = try running.gateway.addInput(
            SRTListenerInputConfiguration(name: "demo/in", port: port),
            sink: sink
        )
        let peer = try SRTPeer(port: port)
        try await deliver(messages(20), from: peer, to: sink)
        let foreign = try SRTListener()
        do {
            _ = try running.gateway.addInput(
                SRTListenerInputConfiguration(name: "c/in", port: foreign.port),
                sink: CollectingSink()
            )
            Issue.record("took a port in use")
        } catch {
            #expect(error.reason == .portInUse)
            #expect(error.isRetryable)
        }
    }

    @Test("A stream ID on the shared port is given once")
    func streamIDInUse() throws {
        let running = try RunningGateway()
        _ = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: CollectingSink())
        #expect(throws: SRTFailure.self) {
            try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: CollectingSink())
        }
    }

    @Test("A thousand inputs on the shared port are added in well under a second")
    func thousandInputs() throws {
        let running = try RunningGateway()
        let clock = ContinuousClock()
        let taken = try clock.measure {
            for index in 0..<1_000 {
                _ = try running.gateway.addInput(
                    SRTListenerInputConfiguration(name: "flow\(index)/in"),
                    sink: CollectingSink()
                )
            }
        }
        #expect(taken < .seconds(1))
        _ = try SRTPeer(port: running.port, streamID: "flow999/in")
    }

    @Test("Connections beyond the gateway's limit are refused")
    func connectionLimit() async throws {
        let running = try RunningGateway { $0.maximumConnectionsPerAddress = 2 }
        for index in 0..<3 {
            _ = try running.gateway.addInput(
                SRTListenerInputConfiguration(name: "f\(index)/in"),
                sink: CollectingSink()
            )
        }
        let peers = try (0..<2).map { try SRTPeer(port: running.port, streamID: "f\($0)/in") }
        #expect(throws: SRTPeer.Refused(code: 1_402)) { try SRTPeer(port: running.port, streamID: "f2/in") }
        try await running.refused(.tooManyConnections)
        peers[0].close()
        try await eventually("a free place") { (try? SRTPeer(port: running.port, streamID: "f2/in")) != nil }
    }

    @Test("Who tries wrong keys slows nobody else at the address, and is told why it waits")
    func wrongKeysOfOne() throws {
        // So that no machine is too slow to use up the tries.
        let running = try RunningGateway { $0.wrongKeysPerSecond = 0.001 }
        for flow in ["guessed", "well"] {
            var configuration = SRTListenerInputConfiguration(name: "\(flow)/in")
            configuration.encryption = SRTEncryptionSettings(passphrase: Self.passphrase, keyLength: 16)
            _ = try running.gateway.addInput(configuration, sink: CollectingSink())
        }
        func call(_ flow: String, _ passphrase: String) throws -> SRTPeer {
            try SRTPeer(port: running.port, streamID: "\(flow)/in", passphrase: passphrase, keyLength: 16)
        }
        func isToWait(_ event: SRTEvent) -> Bool {
            if case .triedTooOften("guessed/in", _) = event { true } else { false }
        }
        for _ in 0..<100 where !running.events.contains(where: isToWait) {
            _ = try? call("guessed", "a wrong passphrase")
        }
        #expect(running.events.contains(where: isToWait))
        _ = try call("well", Self.passphrase)
    }

    @Test("A publisher that brings nothing gives way to the next one, a live one does not")
    func silence() async throws {
        let running = try RunningGateway()
        let sink = CollectingSink()
        let isSilent = Atomic(false)
        let input = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink) {
            isSilent.load(ordering: .relaxed)
        }
        func call() throws -> SRTPeer { try SRTPeer(port: running.port, streamID: "demo/in") }
        let first = try call()
        try await eventually("the first") { sink.current.connected.count == 1 }
        #expect(throws: SRTPeer.Refused(code: 1_409)) { try call() }
        isSilent.store(true, ordering: .relaxed)
        let second = try call()
        try await eventually("the second") { sink.current.connected.count == 2 }
        isSilent.store(false, ordering: .relaxed)
        try await eventually("the end of the first") { !first.isConnected }
        #expect(sink.current.disconnected == ["it brought no media for too long, and another publisher came"])
        #expect(input.statistics().peer?.remote == sink.current.connected.last)
        #expect(throws: SRTPeer.Refused(code: 1_409)) { try call() }
        #expect(second.send([1, 2, 3]))
        try await eventually("the second's message") { sink.current.payloads == [[1, 2, 3]] }
        second.close()
        try await eventually("the place is free") { input.statistics().state == .waiting }
        _ = try call()
    }
}
