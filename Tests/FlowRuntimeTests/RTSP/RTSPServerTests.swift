import Delivery
import FlowModel
import Media
import NIOCore
import NetworkAddress
import RTSP
import Testing

@testable import FlowRuntime

@Suite("The RTSP port")
struct RTSPServerTests {
    private let events = EventLog()
    private let server: RTSPServer
    private let refusals: RefusalLedger

    init() {
        let events = events
        refusals = RefusalLedger { events.add($0) }
        server = RTSPServer(eventLoops: EventLoops(), refusals: refusals)
    }

    private func publication(_ name: String = "camera", allow: Allowlist = .everyone) -> RTSPPublication {
        RTSPPublication(
            flow: "stadium",
            name: name,
            component: "\(name)/main",
            credentials: nil,
            allow: allow,
            sink: WatchedLeg(),
            isSilent: { false },
            refusals: refusals
        )
    }

    private func presentation(_ name: String = "studio", allow: Allowlist = .everyone) -> RTSPPresentation {
        RTSPPresentation(
            RTSPFanOut { _ in },
            flow: "stadium",
            component: name,
            credentials: nil,
            allow: allow,
            maximum: 1,
            refusals: refusals,
            onEvent: { _ in }
        )
    }

    private func only(_ network: String) -> Allowlist {
        Allowlist(networks: [network].compactMap { IPNetwork($0) })
    }

    private func address(_ text: String) throws -> SocketAddress { try SocketAddress(ipAddress: text, port: 5_000) }

    /// The component of what was found, or the refusal.
    private func find(
        _ role: RTSPRole,
        _ name: String,
        flow: String = "stadium",
        from text: String = "192.0.2.1"
    ) throws -> String {
        let request = RTSPAccessRequest(role: role, path: RTSPPath(flow: flow, name: name))
        switch server.find(request, from: try address(text), try makeConnection(text)) {
        case .success(let place): return place.component
        case .failure(let refusal): return refusal.reason.rawValue
        }
    }

    @Test("Publishers find inputs, players outputs; the wrong way round is told as that")
    func directions() throws {
        server.add(publication())
        server.add(presentation())
        #expect(try find(.publish, "camera") == "camera/main")
        #expect(try find(.play, "studio") == "studio")
        #expect(try find(.publish, "studio") == "WrongDirection")
        #expect(try find(.play, "camera") == "WrongDirection")
        #expect(try find(.play, "nothing") == "UnknownStreamKey")
        #expect(try find(.play, "studio", flow: "elsewhere") == "UnknownStreamKey")
    }

    @Test("A flow that there is not does not become one in events")
    func strangersWord() throws {
        server.add(presentation())
        _ = try find(.play, "x", flow: "stadium")
        _ = try find(.play, "x", flow: "evil")
        #expect(events.all.map(\.flow) == ["stadium", ""])
        #expect(events.all.allSatisfy { $0.remote == "192.0.2.1:5000" })
    }

    @Test("Each place has its allowlist, in IPv4 and IPv6, which may change")
    func allowlists() throws {
        let camera = publication(allow: only("192.0.2.0/24"))
        let studio = presentation(allow: only("2001:db8::/32"))
        server.add(camera)
        server.add(studio)
        #expect(try find(.publish, "camera") == "camera/main")
        #expect(try find(.publish, "camera", from: "198.51.100.1") == "NotInAllowlist")
        #expect(try find(.play, "studio", from: "2001:db8::7") == "studio")
        #expect(try find(.play, "studio") == "NotInAllowlist")
        // Whoever is in none of them is not even let in.
        #expect(server.connected(try address("192.0.2.9")) == nil)
        #expect(server.connected(try address("2001:db8::1")) == nil)
        #expect(server.connected(try address("198.51.100.1")) == .notInAllowlist)
        camera.update(allow: only("198.51.100.0/24"))
        #expect(try find(.publish, "camera") == "NotInAllowlist")
        #expect(server.connected(try address("198.51.100.1")) == nil)
    }

    @Test("A place that was removed is not found, and lets in nobody who found it before")
    func removed() throws {
        let (camera, studio) = (publication(), presentation())
        server.add(camera)
        server.add(studio)
        server.remove(camera)
        server.remove(studio)
        #expect(try find(.publish, "camera") == "UnknownStreamKey")
        #expect(try find(.play, "studio") == "UnknownStreamKey")
        guard case .failure(let refusal) = camera.publish(try makeConnection()) else {
            Issue.record("a removed input was published to")
            return
        }
        #expect(refusal.reason == .unknownStreamKey)
        #expect(studio.play(try makeConnection())?.reason == .unknownStreamKey)
    }

    @Test("Connections are counted for each address, and one that goes makes room")
    func connections() throws {
        let (one, other) = (try address("192.0.2.1"), try address("192.0.2.2"))
        for _ in 0..<ConnectionCount.limitPerAddress { #expect(server.connected(one) == nil) }
        #expect(server.connected(one) == .tooManyConnections)
        #expect(server.connected(other) == nil)
        server.disconnected(one)
        #expect(server.connected(one) == nil)
        #expect(server.connected(nil) == .notInAllowlist)
        server.disconnected(nil)
    }

    @Test("What a peer does wrong is told of the leg or the output that it was let in to")
    func misbehaviour() throws {
        let (input, output) = (publication(), presentation())
        server.add(input)
        server.add(output)
        let (publisher, player) = (try makeConnection(port: 1), try makeConnection(port: 2))
        _ = input.publish(publisher)
        #expect(output.play(player) == nil)
        server.misbehaved("wrong", publisher)
        server.stalled(player)
        server.misbehaved("wrong", try makeConnection(port: 3))
        #expect(events.all.map(\.reason) == ["MalformedStream", "ReceiverStalled", "MalformedStream"])
        #expect(events.all.map(\.flow) == ["stadium", "stadium", ""])
        #expect(events.all.map(\.component) == ["camera/main", "studio", "rtsp"])
    }

    @Test("Wrong credentials wait twice as long each time, up to a limit, and for each address by itself")
    func delays() throws {
        let place = presentation()
        func delay(_ text: String) throws -> Duration {
            server.proofFailed(place, from: try address(text), try makeConnection(text))
        }
        #expect(
            try (0..<7).map { _ in try delay("192.0.2.1") } == [
                .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8),
            ]
        )
        #expect(try delay("192.0.2.2") == .milliseconds(250))
        for _ in 0..<100 { _ = try delay("192.0.2.1") }
        #expect(try delay("192.0.2.1") == .seconds(8))
        #expect(server.proofFailed(place, from: nil, try makeConnection()) == .seconds(8))
        #expect(events.all.first?.reason == "BadPassphrase")
        #expect(events.all.first?.message == "the user name or the password is wrong")
    }

    @Test("More guessers than are remembered wait as long as the worst, and memory stays bounded")
    func manyGuessers() throws {
        let place = presentation()
        let connection = try makeConnection()
        for number in 0..<RTSPServer.Limits.rememberedAddresses {
            let guesser = try address("10.1.\(number / 256).\(number % 256)")
            #expect(server.proofFailed(place, from: guesser, connection) == RTSPServer.Limits.firstDelay)
        }
        let next = try address("10.2.0.1")
        #expect(server.proofFailed(place, from: next, connection) == RTSPServer.Limits.longestDelay)
        // Those that are known go on as they did.
        #expect(server.proofFailed(place, from: try address("10.1.0.0"), connection) == .milliseconds(500))
    }

    @Test("Two flows may have places of one name; two legs of an input have one each")
    func several() throws {
        server.add(publication("camera"))
        server.add(publication("camera-backup"))
        #expect(try find(.publish, "camera-backup") == "camera-backup/main")
        #expect(try find(.publish, "camera") == "camera/main")
    }

    @Test("Without somebody to open them there are no UDP ports")
    func noPorts() throws {
        let peer = try #require(IPAddress("192.0.2.1"))
        let reception = try #require(try makeReception(WatchedLeg()))
        #expect(server.openPorts(track: 0, peer: peer, reception, try makeConnection()) == nil)
    }
}
