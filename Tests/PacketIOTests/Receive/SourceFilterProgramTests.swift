import Foundation
import Media
import NetworkAddress
import Testing

@testable import PacketIO

struct FilterFixture: CustomTestStringConvertible {
    var networks: [String]
    var source: String
    var isAllowed: Bool

    static func allows(_ source: String, by networks: String...) -> Self {
        Self(networks: networks, source: source, isAllowed: true)
    }

    static func refuses(_ source: String, by networks: String...) -> Self {
        Self(networks: networks, source: source, isAllowed: false)
    }

    var testDescription: String { "\(source) by \(networks): \(isAllowed)" }
}

@Suite("The kernel's filter")
struct SourceFilterProgramTests {
    @Test(
        "lets the same sources through as the allowlist",
        arguments: [
            .allows("192.0.2.1", by: "192.0.2.1"), .refuses("192.0.2.2", by: "192.0.2.1"),
            .allows("203.3.3.15", by: "203.3.3.3/28"), .refuses("203.3.3.16", by: "203.3.3.3/28"),
            .allows("10.255.0.1", by: "192.0.2.0/24", "10.0.0.0/8"), .allows("1.2.3.4", by: "0.0.0.0/0"),
            .refuses("2001:db8::1", by: "0.0.0.0/0"), .refuses("1.2.3.4", by: "::/0"),
            .allows("2001:db8::1", by: "::/0"), .allows("2001:db8::1", by: "2001:db8::1"),
            .refuses("2001:db8::2", by: "2001:db8::1"), .allows("2001:db8:0:1::9", by: "2001:db8:0:1::/64"),
            .refuses("2001:db8:0:2::9", by: "2001:db8:0:1::/64"), .allows("2001:db8:ffff::", by: "2001:db8::/32"),
            .refuses("2001:db9::", by: "2001:db8::/32"), .allows("2001:db8::8000:1", by: "2001:db8::8000:0/97"),
            .refuses("2001:db8::1", by: "2001:db8::8000:0/97"),
            .allows("fe80::1", by: "192.0.2.0/24", "2001:db8::/32", "fe80::/10"),
            .allows("192.0.2.77", by: "fe80::/10", "192.0.2.64/26"),
        ] as [FilterFixture]
    )
    func sources(_ fixture: FilterFixture) throws {
        let allow = Allowlist(networks: fixture.networks.compactMap { IPNetwork($0) })
        let program = try #require(SourceFilterProgram(allow: allow))
        #expect(allow.networks.count == fixture.networks.count)
        #expect(allow.allows(address(fixture.source)) == fixture.isAllowed)
        #expect(run(program, source: address(fixture.source), random: .max) == fixture.isAllowed)
    }

    @Test("lets one stranger in a thousand through, and no fewer allowed ones")
    func sampling() throws {
        let program = try #require(SourceFilterProgram(allow: allowlist("192.0.2.0/24")))
        #expect(run(program, source: address("198.51.100.1"), random: 0))
        #expect(run(program, source: address("198.51.100.1"), random: .max / 1_024))
        #expect(!run(program, source: address("198.51.100.1"), random: .max / 1_024 + 1))
        #expect(run(program, source: address("192.0.2.1"), random: .max))
    }

    @Test("is not made for everyone, nor for lists longer than a program may be")
    func limits() {
        #expect(SourceFilterProgram(allow: .everyone) == nil)
        let networks = (0..<2_000).compactMap { IPNetwork("10.\($0 / 250).\($0 % 250).1") }
        #expect(SourceFilterProgram(allow: Allowlist(networks: networks)) == nil)
        #expect(SourceFilterProgram(allow: Allowlist(networks: Array(networks.prefix(1_000)))) != nil)
    }

    @Test("is taken by the kernel at its greatest length")
    func greatestLength() throws {
        let networks = (0..<500).compactMap { IPNetwork("10.\($0 / 250).\($0 % 250).0/24") }
        let program = try #require(SourceFilterProgram(allow: Allowlist(networks: networks)))
        let socket = try UDPSocket(family: .v4)
        defer { socket.close() }
        #expect(program.attach(to: socket))
    }

    @Test("works in the kernel", arguments: [("127.0.0.1", "127.0.0.5"), ("::", "127.0.0.5")])
    func kernel(bound: String, allowed: String) throws {
        let socket = try UDPSocket(family: address(bound).family)
        defer { socket.close() }
        try socket.bind(loopback(0, bound))
        let port = try #require(socket.localEndpoint?.port)
        #expect(
            try #require(SourceFilterProgram(allow: allowlist(allowed, "2001:db8::/32"), sampling: 0)).attach(
                to: socket
            )
        )
        try makeSender(from: "127.0.0.6", to: loopback(port)).send([[1]])
        try makeSender(from: allowed, to: loopback(port)).send([[2]])
        #expect(nextByte(socket) == 2)
        #expect(socket.drops == 1)
        SourceFilterProgram.detach(from: socket)
        try makeSender(from: "127.0.0.6", to: loopback(port)).send([[3]])
        #expect(nextByte(socket) == 3)
    }

    /// The first byte of the next datagram; nil when none comes within ten seconds.
    private func nextByte(_ socket: UDPSocket) -> UInt8? {
        var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        guard poll(&entry, 1, 10_000) == 1, recv(socket.descriptor, &byte, 1, 0) == 1 else { return nil }
        return byte
    }

    /// Runs the program on a packet from `source` as the kernel would; whether the packet passes.
    private func run(_ program: SourceFilterProgram, source: IPAddress, random: UInt32) -> Bool {
        var accumulator: UInt32 = 0
        var index = 0
        while program.instructions.indices.contains(index) {
            let instruction = program.instructions[index]
            index += 1
            switch instruction.code {
            case 0x20:
                switch Int32(bitPattern: instruction.operand) {
                case -0x1000: accumulator = source.family == .v4 ? 0x0800 : 0x86dd
                case -0x1000 + 56: accumulator = random
                case -0x100000 + 12 where source.family == .v4:
                    accumulator = UInt32(truncatingIfNeeded: source.value)
                case let offset where source.family == .v6 && (8..<24).contains(offset + 0x100000):
                    accumulator = UInt32(truncatingIfNeeded: source.value >> UInt128(96 - (offset + 0x100000 - 8) * 8))
                default:
                    Issue.record("loads from \(instruction.operand)")
                    return false
                }
            case 0x54: accumulator &= instruction.operand
            case 0x05: index += Int(instruction.operand)
            case 0x15:
                index += Int(accumulator == instruction.operand ? instruction.jumpTrue : instruction.jumpFalse)
            case 0x25: index += Int(accumulator > instruction.operand ? instruction.jumpTrue : instruction.jumpFalse)
            case 0x06: return instruction.operand != 0
            default:
                Issue.record("has the unknown code \(instruction.code)")
                return false
            }
        }
        Issue.record("runs off its end")
        return false
    }
}
