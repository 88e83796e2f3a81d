import FlowModel

/// One counter of a leg or an output, and how it is called as a metric.
struct StreamCounterMetric {
    var name: String
    var unit: String?
    var help: String
    var value: @Sendable (StreamCounters) -> UInt64

    static let all: [StreamCounterMetric] = [
        .init(name: "bytes", unit: "bytes", help: "Payload bytes.") { $0.bytes },
        .init(name: "packets", help: "Packets.") { $0.packets },
        .init(name: "lost_packets", help: "Packets lost on the way and not recovered.") { $0.packetsLost },
        .init(name: "retransmitted_packets", help: "Packets sent again.") { $0.packetsRetransmitted },
        .init(name: "recovered_packets", help: "Packets lost on the way and made again with FEC.") {
            $0.packetsRecovered
        },
        .init(name: "dropped_packets", help: "Packets that the gateway dropped: late, over a cap, a full queue.") {
            $0.packetsDropped
        },
        .init(name: "duplicated_packets", help: "Packets that came more than once.") { $0.packetsDuplicated },
        .init(name: "reordered_packets", help: "Packets that came out of order.") { $0.packetsReordered },
        .init(name: "refused_packets", help: "Datagrams of the wrong kind or from the wrong address.") {
            $0.packetsRefused
        },
        .init(name: "reconnects", help: "Times that the peer changed or came back.") { $0.reconnects },
    ]
}
