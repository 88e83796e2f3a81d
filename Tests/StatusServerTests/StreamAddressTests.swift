import FlowModel
import NIOCore
import Testing

@testable import StatusServer

@Suite("Addresses with stream keys")
struct StreamAddressTests {
    @Test(
        "Only clients on the gateway's machine count as local",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true),
            ("192.0.2.1", false), ("::2", false), ("::ffff:192.0.2.1", false), ("10.127.0.1", false),
        ]
    )
    func local(address: String, isLocal: Bool) throws {
        #expect(StatusResponder.isLoopback(try SocketAddress(ipAddress: address, port: 1)) == isLocal)
    }

    @Test("A client without an address does not")
    func nameless() throws {
        #expect(!StatusResponder.isLoopback(nil))
        #expect(!StatusResponder.isLoopback(try SocketAddress(unixDomainSocketPath: "/tmp/x")))
    }
}
