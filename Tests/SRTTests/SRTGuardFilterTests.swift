import CLinux
import Glibc
import HeadgateTestKit
import NetworkAddress
import Testing

@testable import SRT

/// Packets as they stand behind the UDP header, built field by field.
struct SRTPacketFixture: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.testDescription = name
        self.bytes = bytes
    }

    static func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    }

    static func control(_ type: UInt32, subtype: UInt32 = 0, body: [UInt8] = []) -> [UInt8] {
        words(0x8000_0000 | type << 16 | subtype, 0, 0, 0) + body
    }

    static func handshake(
        version: UInt32 = 5,
        segmentSize: UInt32 = 1_500,
        window: UInt32 = 8_192,
        type: UInt32 = 0xffff_ffff,
        extensions: [UInt8] = []
    ) -> [UInt8] {
        control(
            0,
            body: words(version, 0, 1_234, segmentSize, window, type, 7, 42) + [UInt8](repeating: 0, count: 16)
                + extensions
        )
    }

    static func block(_ type: UInt32, words count: Int) -> [UInt8] {
        words(type << 16 | UInt32(count)) + [UInt8](repeating: 0, count: count * 4)
    }

    static let accepted: [SRTPacketFixture] = [
        .init("data", words(1, 0xe000_0001, 0, 0) + [UInt8](repeating: 0x47, count: 1_316)),
        .init("data without payload", words(1, 0xe000_0001, 0, 0)),
        .init("keep-alive", control(1)),
        .init("acknowledgement", control(2, body: words(1, 2, 3, 4, 5, 6, 7))),
        .init("loss report", control(3, body: words(0x8000_0001, 5))),
        .init("shutdown", control(5, body: words(0))),
        .init("induction", handshake(version: 4, type: 1)),
        .init("conclusion", handshake()),
        .init("refusal", handshake(type: 1_403)),
        .init("smallest segment", handshake(segmentSize: 300)),
        .init("largest window", handshake(window: 65_536)),
        .init("conclusion with HSREQ", handshake(extensions: block(1, words: 3))),
        .init("conclusion with a key", handshake(extensions: block(1, words: 3) + block(3, words: 26))),
        .init(
            "conclusion with all that libsrt sends",
            handshake(extensions: block(1, words: 3) + block(3, words: 18) + block(5, words: 128) + block(6, words: 1))
        ),
        .init("key message", control(0x7fff, subtype: 3, body: [UInt8](repeating: 0, count: 104))),
        .init("key answer", control(0x7fff, subtype: 4, body: [UInt8](repeating: 0, count: 4))),
        .init("another extension message", control(0x7fff, subtype: 1, body: [UInt8](repeating: 0, count: 200))),
        .init("drop request", control(7, body: words(100, 200))),
        .init("drop request of one", control(7, body: words(100, 100))),
        .init("drop request over the wrap", control(7, body: words(0x7fff_fff0, 10))),
    ]

    static let dropped: [SRTPacketFixture] = [
        .init("empty", []),
        .init("15 bytes", [UInt8](repeating: 0, count: 15)),
        .init("bare handshake header", control(0)),
        .init("handshake a byte short", Array(handshake().dropLast())),
        .init("small segment", handshake(segmentSize: 299)),
        .init("zero segment", handshake(segmentSize: 0)),
        .init("large segment", handshake(segmentSize: 1_501)),
        .init("huge segment", handshake(segmentSize: .max)),
        .init("large window", handshake(window: 65_537)),
        .init("negative window", handshake(window: .max)),
        .init("no window", handshake(window: 0)),
        .init("large window in the induction", handshake(version: 4, window: 100_000, type: 1)),
        .init("rendezvous", handshake(type: 0)),
        .init("rendezvous agreement", handshake(type: 0xffff_fffe)),
        .init("unknown handshake type", handshake(type: 2)),
        .init("long key", handshake(extensions: block(1, words: 3) + block(3, words: 27))),
        .init("long key answer", handshake(extensions: block(4, words: 100))),
        .init("packet filter", handshake(extensions: block(1, words: 3) + block(7, words: 4))),
        .init("block beyond the end", handshake(extensions: words(1 << 16 | 200) + [0, 0, 0, 0])),
        .init("half a block header", handshake(extensions: [0, 1])),
        .init("more blocks than libsrt sends", handshake(extensions: (0..<9).flatMap { _ in block(1, words: 0) })),
        .init("long key message", control(0x7fff, subtype: 3, body: [UInt8](repeating: 0, count: 105))),
        .init("long key message answer", control(0x7fff, subtype: 4, body: [UInt8](repeating: 0, count: 1_400))),
        .init("short drop request", control(7, body: words(100))),
        .init("empty drop request", control(7)),
        .init("reversed drop request", control(7, body: words(200, 100))),
        .init("wide drop request", control(7, body: words(0, 65_537))),
        .init("drop request with a flag bit", control(7, body: words(0x8000_0001, 0x8000_0002))),
    ]
}

@Suite("The guard before libsrt's sockets")
struct SRTGuardFilterTests {
    private func verdict(_ filter: SRTGuardFilter, _ packet: [UInt8], from source: String = "127.0.0.1") throws -> Bool
    {
        let address = try #require(IPAddress(source))
        let network: [UInt8]
        switch address.family {
        case .v4:
            network = [0x45] + [UInt8](repeating: 0, count: 11) + Self.bytes(address, 4) + [127, 0, 0, 1]
        case .v6:
            network =
                [0x60] + [UInt8](repeating: 0, count: 7) + Self.bytes(address, 16) + [UInt8](repeating: 0, count: 16)
        }
        let datagram = [UInt8](repeating: 0, count: 8) + packet
        return try BPFInterpreter(program: filter.program, datagram: datagram, networkHeader: network).run() != 0
    }

    private static func bytes(_ address: IPAddress, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: address.value >> UInt128(8 * (count - 1 - $0))) }
    }

    @Test("What libsrt sends passes", arguments: SRTPacketFixture.accepted)
    func accepts(_ fixture: SRTPacketFixture) throws {
        #expect(try verdict(.everyone, fixture.bytes))
    }

    @Test("What libsrt trusts too far is dropped", arguments: SRTPacketFixture.dropped)
    func drops(_ fixture: SRTPacketFixture) throws {
        #expect(try !verdict(.everyone, fixture.bytes))
    }

    @Test("A port that nobody needs takes nothing", arguments: ["127.0.0.1", "192.0.2.1", "::1"])
    func nobody(_ source: String) throws {
        for fixture in SRTPacketFixture.accepted {
            #expect(try !verdict(.nobody, fixture.bytes, from: source), "\(fixture.testDescription)")
        }
    }

    @Test("No packet of whatever bytes runs the program into a fault")
    func arbitraryBytes() throws {
        var generator = SystemRandomNumberGenerator()
        let filter = SRTGuardFilter.everyone
        for _ in 0..<2_000 {
            var packet = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if packet.count > 4, Bool.random() { packet.replaceSubrange(0..<4, with: [0x80, 0, 0, 0]) }
            _ = try verdict(filter, packet)
        }
    }

    @Test(
        "Only sources in the union of the allowlists pass",
        arguments: [
            ("198.51.100.7", true), ("198.51.100.255", true), ("198.51.101.0", false), ("203.0.113.9", true),
            ("203.0.113.8", false), ("127.0.0.1", false), ("2001:db8:1::5", true), ("2001:db8:2::5", false),
            ("2001:db8:8000::1", true), ("fe80::1", true), ("fe80::2", false), ("::1", false),
        ]
    )
    func sources(_ source: String, _ passes: Bool) throws {
        let lists = [
            ["198.51.100.0/24", "203.0.113.9"], ["2001:db8:1::/48", "fe80::1", "2001:db8:8000::/33"],
        ].map { Allowlist(networks: $0.compactMap { IPNetwork($0) }) }
        let filter = SRTGuardFilter(allowlists: lists)
        #expect(try verdict(filter, SRTPacketFixture.control(1), from: source) == passes)
        #expect(try !verdict(filter, SRTPacketFixture.control(7), from: source), "the packet part still holds")
    }

    @Test("A whole family may be allowed", arguments: [("1.2.3.4", true), ("::1", false)])
    func wholeFamily(_ source: String, _ passes: Bool) throws {
        let filter = SRTGuardFilter(allowlists: [Allowlist(networks: [IPNetwork("0.0.0.0/0")].compactMap { $0 })])
        #expect(try verdict(filter, SRTPacketFixture.control(1), from: source) == passes)
    }

    @Test("One endpoint without an allowlist opens the port for everyone, and so does no endpoint")
    func everyone() throws {
        let network = try #require(IPNetwork("192.0.2.1"))
        let mixed = SRTGuardFilter(allowlists: [Allowlist(networks: [network]), .everyone])
        #expect(mixed.sources == nil)
        #expect(SRTGuardFilter(allowlists: [Allowlist]()).sources == nil)
    }

    @Test(
        "A long list is filtered as long as it fits, and left to the listen callback beyond",
        arguments: [900, 5_000]
    )
    func longList(_ count: Int) throws {
        let networks = (0..<count).compactMap {
            IPNetwork(base: IPAddress(v4: 0x0a00_0000 + UInt32($0)), prefixLength: 32)
        }
        let filter = SRTGuardFilter(allowlists: [Allowlist(networks: networks)])
        #expect(filter.program.count <= SRTGuardFilter.maximumInstructions)
        #expect(try verdict(filter, SRTPacketFixture.control(1), from: "10.0.3.131"))
        #expect(try verdict(filter, SRTPacketFixture.control(1), from: "11.0.0.1") == (count > 1_000))
    }

    @Test("The kernel takes the program and drops by it", arguments: [AF_INET, AF_INET6])
    func realSocket(_ family: Int32) throws {
        let lists = ["127.0.0.0/8", "::1"].compactMap { IPNetwork($0) }.map { Allowlist(networks: [$0]) }
        let receiver = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        let sender = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(receiver)
            close(sender)
        }
        try #require(SRTGuardedSocket.attach(SRTGuardFilter(allowlists: lists).program, to: receiver))
        let loopback = try #require(IPAddress(family == AF_INET ? "127.0.0.1" : "::1"))
        let anyPort = IPEndpoint(address: loopback, port: 0)
        try #require(anyPort.withSocketAddress { bind(receiver, $0, socklen_t($1)) } == 0)
        let bound = IPEndpoint.filled { pointer, length in
            var size = socklen_t(length.pointee)
            return getsockname(receiver, pointer, &size)
        }
        let target = try #require(bound.address)
        // Each dropped packet is followed by one that passes: what arrives is exactly the latter.
        for fixture in SRTPacketFixture.dropped {
            for bytes in [fixture.bytes, SRTPacketFixture.control(1)] {
                let sent = target.withSocketAddress { address, length in
                    bytes.withUnsafeBytes { sendto(sender, $0.baseAddress, $0.count, 0, address, socklen_t(length)) }
                }
                #expect(sent == bytes.count)
            }
            var buffer = [UInt8](repeating: 0, count: 2_048)
            let count = recv(receiver, &buffer, buffer.count, 0)
            #expect(Array(buffer.prefix(count)) == SRTPacketFixture.control(1), "\(fixture.testDescription)")
        }
        var buffer = [UInt8](repeating: 0, count: 2_048)
        for fixture in SRTPacketFixture.accepted {
            let sent = target.withSocketAddress { address, length in
                fixture.bytes.withUnsafeBytes {
                    sendto(sender, $0.baseAddress, $0.count, 0, address, socklen_t(length))
                }
            }
            #expect(sent == fixture.bytes.count)
            let count = recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            #expect(count == fixture.bytes.count, "\(fixture.testDescription)")
        }
        // A source that no list names
        let strangers = try #require(IPNetwork("192.0.2.0/24"))
        let narrow = SRTGuardFilter(allowlists: [Allowlist(networks: [strangers])])
        try #require(SRTGuardedSocket.attach(narrow.program, to: receiver))
        let packet = SRTPacketFixture.control(1)
        _ = target.withSocketAddress { address, length in
            packet.withUnsafeBytes { sendto(sender, $0.baseAddress, $0.count, 0, address, socklen_t(length)) }
        }
        #expect(recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT)) == -1)
    }
}
