import Media
import NetworkAddress

/// A token bucket for each address and what it asks for, in a table of bounded size. IPv6 addresses count by their /64.
struct AddressLimiter: Sendable {
    private struct Key: Hashable {
        let address: IPAddress
        let name: String

        init(_ address: IPAddress, _ name: String) {
            self.address = address.family == .v4 ? address : IPAddress(v6: (address.value >> 64) << 64)
            self.name = name
        }
    }

    private struct Bucket {
        var tokens: Double
        var refilled: MonotonicTime
    }

    let burst: Int
    let perSecond: Double
    let capacity: Int
    private var buckets: [Key: Bucket] = [:]

    init(burst: Int, perSecond: Double = 1, capacity: Int = SRTLimits.rememberedAddresses) {
        self.burst = burst
        self.perSecond = perSecond
        self.capacity = capacity
    }

    var count: Int { buckets.count }

    /// Takes a token; false when the address has none left.
    ///
    /// - Parameter name: of what the address asks for, each of which has its own tokens.
    mutating func take(_ address: IPAddress, for name: String = "", at now: MonotonicTime) -> Bool {
        let key = Key(address, name)
        var bucket = refilled(key, at: now)
        let granted = bucket.tokens >= 1
        if granted { bucket.tokens -= 1 }
        if buckets[key] == nil, buckets.count >= capacity { evict() }
        buckets[key] = bucket
        return granted
    }

    /// Whether the address has used up its tokens; takes none.
    func isExhausted(_ address: IPAddress, for name: String = "", at now: MonotonicTime) -> Bool {
        refilled(Key(address, name), at: now).tokens < 1
    }

    private func refilled(_ key: Key, at now: MonotonicTime) -> Bucket {
        guard var bucket = buckets[key] else { return Bucket(tokens: Double(burst), refilled: now) }
        let seconds = Double(max(0, now.nanoseconds(since: bucket.refilled))) / 1e9
        bucket.tokens = min(Double(burst), bucket.tokens + seconds * perSecond)
        bucket.refilled = now
        return bucket
    }

    /// Forgets an eighth of the table, those heard from longest ago, so that the cost is spread over many calls.
    private mutating func evict() {
        let oldest = buckets.sorted { $0.value.refilled < $1.value.refilled }.prefix(max(1, capacity / 8))
        for (key, _) in oldest { buckets[key] = nil }
    }
}
