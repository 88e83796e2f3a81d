import HeadgateTestKit
import Media
import NetworkAddress
import SRT
import Synchronization
import Testing

@Suite("SRT outputs and callers")
struct SRTGatewayOutputTests {
    private func receive(_ expected: [[UInt8]], from output: SRTOutput, by peer: SRTPeer) async throws {
        send(expected, to: output)
        var received: [[UInt8]] = []
        try await eventually("all messages", detail: { "\(received.count) of \(expected.count)" }) {
            while let message = peer.receive() {
                // What was sent to find out whether the connection is up may come first.
                if !received.isEmpty || message == expected.first { received.append(message) }
            }
            return received.count >= expected.count
        }
        #expect(received == expected)
    }

    private func loopback(_ port: UInt16) -> IPEndpoint {
        IPEndpoint(address: IPAddress(v4: 0x7f00_0001), port: port)
    }

    @Test("A receiver gets what the output consumes, byte-exact", arguments: [nil, 16, 24, 32] as [Int?])
    func listener(_ keyLength: Int?) async throws {
        let running = try RunningGateway()
        var configuration = SRTListenerOutputConfiguration(name: "demo/out")
        configuration.encryption = keyLength.map {
            SRTEncryptionSettings(passphrase: "correct horse battery", keyLength: $0)
        }
        let output = try running.gateway.addOutput(configuration)
        let peer = try SRTPeer(
            port: running.port,
            streamID: "#!::r=demo/out,m=request",
            passphrase: keyLength == nil ? nil : "correct horse battery",
            keyLength: Int32(keyLength ?? 0)
        )
        try await eventually("the receiver") { output.statistics().state == .connected }
        try await receive(messages(200), from: output, by: peer)
        try await eventually("figures") { (output.statistics().peers.first?.packets ?? 0) >= 200 }
        #expect(output.statistics().sentPackets == 200)
        peer.close()
        try await eventually("the end") { output.statistics().peers.isEmpty }
        #expect(output.statistics().state == .waiting)
    }

    @Test("Payloads beyond SRT's largest message are cut at whole TS packets")
    func jumbo() async throws {
        let running = try RunningGateway()
        let output = try running.gateway.addOutput(SRTListenerOutputConfiguration(name: "demo/out"))
        let peer = try SRTPeer(port: running.port, streamID: "demo/out")
        try await eventually("the receiver") { output.statistics().state == .connected }
        let payload = (0..<188 * 20).map { UInt8(truncatingIfNeeded: $0) }
        send([payload], to: output)
        var received: [[UInt8]] = []
        try await eventually("three messages") {
            while let message = peer.receive() { received.append(message) }
            return received.count == 3
        }
        #expect(received.map(\.count) == [1_316, 1_316, 1_128])
        #expect(Array(received.joined()) == payload)
    }

    @Test("Receivers beyond maxConcurrent and a publisher are refused, and a higher limit lets more in")
    func maxConcurrent() async throws {
        let running = try RunningGateway()
        let output = try running.gateway.addOutput(SRTListenerOutputConfiguration(name: "demo/out", maxConcurrent: 2))
        var peers = [
            try SRTPeer(port: running.port, streamID: "demo/out"),
            try SRTPeer(port: running.port, streamID: "demo/out"),
        ]
        #expect(throws: SRTPeer.Refused(code: 1_402)) { try SRTPeer(port: running.port, streamID: "demo/out") }
        try await running.refused(.tooManyReceivers)
        #expect(throws: SRTPeer.Refused(code: 1_405)) {
            try SRTPeer(port: running.port, streamID: "#!::r=demo/out,m=publish")
        }
        try await running.refused(.wrongDirection)
        output.update(maxConcurrent: 3)
        peers.append(try SRTPeer(port: running.port, streamID: "demo/out"))
        try await eventually("three receivers") { output.statistics().peers.count == 3 }
        let connected = peers.filter(\.isConnected).count
        #expect(connected == 3)
        output.close()
        try await eventually("the end for all") { !peers.contains(where: \.isConnected) }
        #expect(throws: SRTPeer.Refused(code: 1_404)) { try SRTPeer(port: running.port, streamID: "demo/out") }
    }

    @Test("A caller waits for its far side, sends, and comes back when the far side does")
    func callerHeals() async throws {
        let running = try RunningGateway()
        let reserved = try SRTListener()
        let port = reserved.port
        let lookups = Mutex(0)
        let output = try running.gateway.addOutput(
            SRTCallerConfiguration(name: "demo/out") {
                [self] () throws(SRTResolveFailure) in
                let count = lookups.withLock { count in
                    count += 1
                    return count
                }
                guard count > 1 else { throw SRTResolveFailure(message: "no such host: studio.example") }
                return loopback(port)
            }
        )
        send(messages(3), to: output)
        #expect(output.statistics().droppedWithoutPeer == 3)
        try await eventually("a failed look-up") { output.statistics().lastError == "no such host: studio.example" }
        let first = try await reserved.accept()
        try await eventually("the connection") { output.statistics().state == .connected }
        try await receive(messages(50), from: output, by: first)
        // The far side goes and comes back.
        first.close()
        try await eventually("the loss") {
            send(messages(1), to: output)
            // It may be back already: the far side still listens.
            let statistics = output.statistics()
            return statistics.state != .connected || statistics.reconnects > 0
        }
        let second = try await reserved.accept()
        try await eventually("the connection") { output.statistics().state == .connected }
        try await receive(messages(50, seed: 2), from: output, by: second)
        #expect(output.statistics().reconnects == 1)
        #expect(lookups.withLock { $0 } >= 3)
        output.close()
        try await eventually("the end") { !second.isConnected }
    }

    @Test("A caller says what the far side refused")
    func callerRefused() async throws {
        let running = try RunningGateway()
        let far = try SRTListener(passphrase: "correct horse battery")
        var configuration = SRTCallerConfiguration(name: "demo/out", address: loopback(far.port))
        configuration.encryption = SRTEncryptionSettings(passphrase: "not the right one", keyLength: 16)
        let output = try running.gateway.addOutput(configuration)
        try await eventually("the refusal") { output.statistics().lastError?.contains("wrong passphrase") == true }
        #expect(output.statistics().lastError?.contains("not the right one") == false)
        output.close()
        #expect(output.statistics().state == .closed)
    }

    @Test("An input that calls receives what the far side sends, and calls again")
    func callingInput() async throws {
        let running = try RunningGateway()
        let far = try SRTListener()
        let sink = CollectingSink()
        let input = try running.gateway.addInput(
            SRTCallerConfiguration(name: "demo/in", address: loopback(far.port)),
            sink: sink
        )
        let expected = messages(100)
        let first = try await far.accept()
        for message in expected { #expect(first.send(message)) }
        try await eventually("all messages") { sink.count == expected.count }
        #expect(sink.current.payloads == expected)
        first.close()
        try await eventually("the loss") { sink.current.disconnected.count == 1 }
        let second = try await far.accept()
        for message in expected { #expect(second.send(message)) }
        try await eventually("all messages again") { sink.count == expected.count * 2 }
        #expect(input.statistics().reconnects == 1)
        input.close()
        try await eventually("the end") { !second.isConnected }
    }

    @Test("Callers share one local port")
    func sharedLocalPort() async throws {
        let running = try RunningGateway()
        let far = try RunningGateway()
        let sinks = (0..<5).map { _ in CollectingSink() }
        var inputs: [SRTInput] = []
        for index in 0..<5 {
            inputs.append(
                try far.gateway.addInput(
                    SRTListenerInputConfiguration(name: "f\(index)/in", latency: .seconds(2)),
                    sink: sinks[index]
                )
            )
        }
        var outputs: [SRTOutput] = []
        for index in 0..<5 {
            outputs.append(
                try running.gateway.addOutput(
                    SRTCallerConfiguration(name: "out", address: loopback(far.port), streamID: "f\(index)/in")
                )
            )
        }
        for (index, output) in outputs.enumerated() {
            try await eventually("connection \(index)") { output.statistics().state == .connected }
        }
        let expected = messages(100)
        for output in outputs { send(expected, to: output) }
        for sink in sinks {
            try await eventually("all messages") { sink.count == expected.count }
            #expect(sink.current.payloads == expected)
        }
        let remotes: [String] = sinks.reduce([]) { $0 + $1.current.connected }
        let ports = Set(remotes.compactMap { $0.split(separator: ":").last })
        #expect(ports.count == 1)
    }

    @Test("A gateway that stops ends its sessions and can be followed by another one")
    func stopping() async throws {
        for _ in 0..<3 {
            let running = try RunningGateway()
            let sink = CollectingSink()
            _ = try running.gateway.addInput(SRTListenerInputConfiguration(name: "demo/in"), sink: sink)
            let peer = try SRTPeer(port: running.port, streamID: "demo/in")
            try await eventually("the publisher") { sink.current.connected.count == 1 }
            running.gateway.stop()
            #expect(sink.current.disconnected == ["the gateway stops"])
            try await eventually("the end") { !peer.isConnected }
            #expect(throws: SRTFailure.self) {
                try running.gateway.addInput(SRTListenerInputConfiguration(name: "x/in"), sink: sink)
            }
        }
    }

    @Test("Who comes to an output and goes is told, and so is the end of the output")
    func guestsAreTold() async throws {
        let running = try RunningGateway()
        let output = try running.gateway.addOutput(SRTListenerOutputConfiguration(name: "demo/out"))
        let first = try SRTPeer(port: running.port, streamID: "demo/out")
        try await eventually("the receiver") { output.statistics().peers.count == 1 }
        let remote = try #require(output.statistics().peers.first?.remote)
        first.close()
        try await eventually("the end") { output.statistics().peers.isEmpty }
        let second = try SRTPeer(port: running.port, streamID: "demo/out")
        try await eventually("the next receiver") { output.statistics().peers.count == 1 }
        let other = try #require(output.statistics().peers.first?.remote)
        output.close()
        withExtendedLifetime(second) {}
        let told = running.events.filter { if case .libraryLog = $0 { false } else { true } }
        #expect(
            told == [
                .receiverConnected(endpoint: "demo/out", remote: remote, isCalled: false),
                .receiverDisconnected(
                    endpoint: "demo/out",
                    remote: remote,
                    reason: "the connection was lost or closed by the far side",
                    isExpected: true
                ),
                .receiverConnected(endpoint: "demo/out", remote: other, isCalled: false),
                .receiverDisconnected(
                    endpoint: "demo/out",
                    remote: other,
                    reason: "the output was stopped",
                    isExpected: true
                ),
            ]
        )
    }

    @Test("A far side that cannot be reached is told once, and so is its loss, which nobody wanted")
    func callsAreTold() async throws {
        let running = try RunningGateway()
        let listener = try SRTListener()
        let missing = "127.0.0.1 is not there"
        let isThere = Atomic(false)
        let attempts = Atomic(0)
        let configuration = SRTCallerConfiguration(name: "demo/call") { () throws(SRTResolveFailure) in
            attempts.add(1, ordering: .relaxed)
            guard isThere.load(ordering: .relaxed) else { throw SRTResolveFailure(message: missing) }
            return IPEndpoint(address: IPAddress(v4: 0x7f00_0001), port: listener.port)
        }
        let output = try running.gateway.addOutput(configuration)
        try await eventually("two attempts") { attempts.load(ordering: .relaxed) >= 2 }
        isThere.store(true, ordering: .relaxed)
        let peer = try await listener.accept()
        try await eventually("the connection") { output.statistics().state == .connected }
        isThere.store(false, ordering: .relaxed)
        peer.close()
        try await eventually("the next failure", detail: { "\(running.events)" }) {
            running.events.filter { $0 == .callFailed(endpoint: "demo/call", message: missing) }.count == 2
        }
        let remote = "127.0.0.1:\(listener.port)"
        let told = running.events.filter { if case .libraryLog = $0 { false } else { true } }
        #expect(
            told == [
                .callFailed(endpoint: "demo/call", message: missing),
                .receiverConnected(endpoint: "demo/call", remote: remote, isCalled: true),
                .receiverDisconnected(
                    endpoint: "demo/call",
                    remote: remote,
                    reason: "the connection was lost or closed by the far side",
                    isExpected: false
                ),
                .callFailed(endpoint: "demo/call", message: missing),
            ]
        )
    }
}
