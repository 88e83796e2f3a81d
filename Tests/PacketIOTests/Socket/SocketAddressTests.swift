import Foundation
import NetworkAddress
import Testing

@testable import PacketIO

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "are read back as written",
        arguments: [("192.0.2.1", 9), ("2001:db8::1", 65_535), ("::", 0), ("0.0.0.0", 1)]
    )
    func roundTrip(text: String, port: UInt16) {
        let endpoint = loopback(port, text)
        let result = endpoint.withSocketAddress(family: endpoint.address.family) { address, length in
            #expect(length == (endpoint.address.family == .v4 ? 16 : 28))
            return IPEndpoint(socketAddress: UnsafeRawPointer(address))
        }
        #expect(result == endpoint)
    }

    @Test("of IPv4 on an IPv6 socket are mapped, and read as IPv4")
    func mapped() {
        let endpoint = loopback(5_000, "192.0.2.1")
        let result = endpoint.withSocketAddress(family: .v6) { address, length in
            #expect(length == 28)
            return IPEndpoint(socketAddress: UnsafeRawPointer(address))
        }
        #expect(result == endpoint)
    }

    @Test("of another family are not read")
    func otherFamily() {
        let bytes = [UInt64](repeating: 0xffff_ffff, count: 4)
        #expect(bytes.withUnsafeBytes { IPEndpoint(socketAddress: $0.baseAddress.unsafelyUnwrapped) } == nil)
    }

    @Test("are equal as raw sources when address and port are, whatever the flow label")
    func rawSources() {
        func raw(_ endpoint: IPEndpoint, flow: UInt32 = 0) -> RawSource {
            endpoint.withSocketAddress(family: endpoint.address.family) { address, _ in
                let pointer = UnsafeMutableRawPointer(mutating: address)
                if endpoint.address.family == .v6 { pointer.storeBytes(of: flow, toByteOffset: 4, as: UInt32.self) }
                return RawSource(name: pointer)
            }
        }
        #expect(raw(loopback(1)) == raw(loopback(1)))
        #expect(raw(loopback(1)) != raw(loopback(2)))
        #expect(raw(loopback(1)) != raw(loopback(1, "127.0.0.2")))
        #expect(raw(loopback(1, "::1")) == raw(loopback(1, "::1"), flow: 77))
        #expect(raw(loopback(1, "::1")) != raw(loopback(1, "::2")))
        #expect(raw(loopback(1, "1::1")) != raw(loopback(1, "::1")))
        #expect(raw(loopback(1)) != RawSource.none)
    }

    @Test("print with a bracket where a colon would be ambiguous")
    func text() {
        #expect("\(loopback(80, "192.0.2.1"))" == "192.0.2.1:80")
        #expect("\(loopback(80, "2001:db8::1"))" == "[2001:db8::1]:80")
    }

    @Test(
        "A group is joined source by source only where the kernel can",
        arguments: [
            (["192.0.2.1", "192.0.2.2"], .sources([address("192.0.2.1"), address("192.0.2.2")])),
            ([], .everySource), (["192.0.2.0/24"], .everySource), (["192.0.2.1", "10.0.0.0/8"], .everySource),
            (["2001:db8::1"], .everySource), ((1...11).map { "192.0.2.\($0)" }, .everySource),
        ] as [([String], MulticastMembership.Scope)]
    )
    func membership(networks: [String], scope: MulticastMembership.Scope) {
        let allow = Allowlist(networks: networks.compactMap { IPNetwork($0) })
        #expect(MulticastMembership.Scope(allow: allow, group: address("232.1.1.1")) == scope)
    }
}
