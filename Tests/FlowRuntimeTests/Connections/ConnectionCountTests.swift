import NetworkAddress
import Testing

@testable import FlowRuntime

@Suite("How many connections a port has")
struct ConnectionCountTests {
    private final class Subject {
        var connections = ConnectionCount()
    }

    private let subject = Subject()

    private func add(_ number: UInt32) -> ConnectionCount.Limit? { subject.connections.add(address(number)) }
    private func remove(_ number: UInt32) { subject.connections.remove(address(number)) }
    private func address(_ number: UInt32) -> IPAddress { IPAddress(v4: 0x0A00_0000 + number) }

    @Test("An address has its share, and one that goes makes room for one")
    func ofAnAddress() {
        for _ in 0..<ConnectionCount.limitPerAddress {
            #expect(add(1) == nil)
        }
        #expect(add(1) == .connectionsOfAddress)
        #expect(add(2) == nil)
        remove(1)
        #expect(add(1) == nil)
        #expect(add(1) == .connectionsOfAddress)
    }

    @Test("All together have a limit too; whoever was turned away counts nowhere")
    func inAll() {
        for number in 0..<UInt32(ConnectionCount.limit) {
            #expect(add(number) == nil)
        }
        for _ in 0..<10 { #expect(add(99_999) == .connections) }
        remove(5)
        #expect(add(99_999) == nil)
        #expect(add(5) == .connections)
    }
}
