import NetworkAddress

/// How many connections a port has, in all and of each address. A pure value.
struct ConnectionCount: Sendable {
    static let limit = 10_000
    static let limitPerAddress = 256

    /// What there are too many of.
    enum Limit: Hashable {
        case connections
        case connectionsOfAddress

        var explanation: String {
            switch self {
            case .connections: "\(ConnectionCount.limit) connections are open, as many as a port may have"
            case .connectionsOfAddress:
                "the address has \(ConnectionCount.limitPerAddress) connections open, as many as one may have"
            }
        }
    }

    private var count = 0
    private var byAddress: [IPAddress: Int] = [:]

    /// - Returns: Why no more may come; nil when one more may, and `remove` must follow.
    mutating func add(_ address: IPAddress) -> Limit? {
        guard count < Self.limit else { return .connections }
        guard byAddress[address, default: 0] < Self.limitPerAddress else { return .connectionsOfAddress }
        count += 1
        byAddress[address, default: 0] += 1
        return nil
    }

    mutating func remove(_ address: IPAddress) {
        count -= 1
        let left = byAddress[address, default: 1] - 1
        byAddress[address] = left > 0 ? left : nil
    }
}
