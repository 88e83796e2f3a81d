import Foundation
import Media
import NetworkAddress
import Testing

@testable import PacketIO

func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
}

func allowlist(_ networks: String...) -> Allowlist {
    Allowlist(networks: networks.compactMap { IPNetwork($0) })
}

func loopback(_ port: UInt16, _ text: String = "127.0.0.1") -> IPEndpoint {
    IPEndpoint(address: address(text), port: port)
}

extension UDPSender {
    /// Sends arrays, with an optional header before each.
    func send(_ payloads: [[UInt8]], header: [UInt8] = []) {
        let buffers = payloads.map { payload in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, payload.count), alignment: 1)
            buffer.copyBytes(from: payload)
            return UnsafeRawBufferPointer(start: buffer.baseAddress, count: payload.count)
        }
        defer { for buffer in buffers { buffer.baseAddress?.deallocate() } }
        buffers.withUnsafeBufferPointer { pointer in
            if header.isEmpty {
                send(pointer)
            } else {
                send(pointer, headerLength: header.count) { _, bytes in bytes.copyBytes(from: header) }
            }
        }
    }
}

extension UnsafeRawPointer {
    fileprivate func deallocate() { UnsafeMutableRawPointer(mutating: self).deallocate() }
}

/// A sender whose datagrams come from an address of one's choice: all of 127.0.0.0/8 is this machine.
func makeSender(from source: String, to destination: IPEndpoint) throws -> UDPSender {
    try UDPSender(UDPSenderConfiguration(destination: destination, localAddress: address(source)))
}
