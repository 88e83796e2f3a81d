import NetworkAddress

/// How many connections a port has, in all and of each address. A pure value.
struct ConnectionCount: Sendable {
    static let limit = 10_000
    static let limitPerAddress = 256

    private var count = 0
    private var byAddress: [IPAddress: Int] = [:]

    /// - Returns: Whether one more may come; `remove` must follow then.
    mutating func add(_ address: IPAddress) -> Bool {
        guard count < Self.limit, byAddress[address, default: 0] < Self.limitPerAddress else { return false }
        count += 1
        byAddress[address, default: 0] += 1
        return true
    }

    mutating func remove(_ address: IPAddress) {
        count -= 1
        let left = byAddress[address, default: 1] - 1
        byAddress[address] = left > 0 ? left : nil
    }
}
