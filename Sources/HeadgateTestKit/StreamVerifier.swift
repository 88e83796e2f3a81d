/// Holds what arrived to a synthetic stream: identical packets, in order, none missing.
///
/// The first packet may be any; from there each must follow.
public struct StreamVerifier: Sendable {
    public let stream: SyntheticStream
    /// Packets that were the expected ones.
    public private(set) var packetCount: UInt64 = 0
    public private(set) var firstIndex: UInt64?
    /// The index that must come next.
    public private(set) var nextIndex: UInt64?
    /// Packets that are missing between two that arrived.
    public private(set) var missingCount: UInt64 = 0
    /// What is wrong, at most 20 sentences.
    public private(set) var faults: [String] = []

    public init(_ stream: SyntheticStream) {
        self.stream = stream
    }

    public var isFlawless: Bool { faults.isEmpty }

    /// Takes the next whole packets.
    public mutating func consume(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count.isMultiple(of: SyntheticStream.packetLength) else {
            return report("\(bytes.count) bytes are not whole packets")
        }
        var start = bytes.startIndex
        while start != bytes.endIndex {
            let end = bytes.index(start, offsetBy: SyntheticStream.packetLength)
            check(bytes[start..<end])
            start = end
        }
    }

    private mutating func check(_ packet: some RandomAccessCollection<UInt8>) {
        guard let (identifier, index) = SyntheticStream.identify(packet) else {
            return report("after packet \(nextIndex.map { "\($0)" } ?? "none"): not a packet of the stream")
        }
        guard identifier == stream.identifier else { return report("a packet of stream \(identifier)") }
        guard packet.elementsEqual(stream.packet(index)) else { return report("packet \(index) was altered") }
        if let nextIndex, nextIndex != index {
            if index > nextIndex { missingCount += index - nextIndex }
            report("expected packet \(nextIndex), got \(index)")
        }
        if firstIndex == nil { firstIndex = index }
        nextIndex = index + 1
        packetCount += 1
    }

    private mutating func report(_ fault: String) {
        if faults.count < 20 { faults.append(fault) }
    }
}

/// Where two transport streams differ.
public struct StreamComparison: Hashable, Sendable, CustomStringConvertible {
    public var sentPackets: Int
    public var receivedPackets: Int
    /// The first packet that is not the same, or nil when everything received is what was sent, from its first packet on.
    public var firstDifference: Int?
    /// Which sent packet the first received one is; nil when it is none.
    public var firstReceived: Int?

    /// Compares packet by packet from the first one on.
    public init(sent: [UInt8], received: [UInt8]) {
        let length = SyntheticStream.packetLength
        sentPackets = sent.count / length
        receivedPackets = received.count / length
        let common = min(sentPackets, receivedPackets) * length
        let differs = (0..<common).first { sent[$0] != received[$0] }
        firstDifference = differs.map { $0 / length }
        if firstDifference == nil, receivedPackets > sentPackets { firstDifference = sentPackets }
        let first = received.prefix(length)
        firstReceived = (0..<sentPackets).first { sent[$0 * length..<($0 + 1) * length].elementsEqual(first) }
    }

    /// Whether what was received is what was sent, up to a tail that is still on its way.
    public var isPrefix: Bool { firstDifference == nil }
    public var isIdentical: Bool { firstDifference == nil && sentPackets == receivedPackets }

    public var description: String {
        let difference = firstDifference.map { "first difference at packet \($0)" } ?? "no difference"
        let start = firstReceived.map { "starts at sent packet \($0)" } ?? "starts with a packet that was not sent"
        return "sent \(sentPackets), received \(receivedPackets) packets, \(difference), \(start)"
    }
}
