/// The members of a JSON object, in order, each key once.
public struct JSONObject: Sendable {
    public struct Member: Hashable, Sendable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// Up to here, comparing all keys is faster than hashing them.
    private static let linearSearchLimit = 8

    public private(set) var members: [Member]
    /// Empty for a small object.
    private var places: [String: Int] = [:]

    /// Of a repeated key the last value counts, at the first one's place.
    public init(_ members: [(String, JSONValue)]) {
        self.members = []
        self.members.reserveCapacity(members.count)
        for (key, value) in members { self.set(key, value) }
    }

    public init() {
        self.members = []
    }

    public subscript(key: String) -> JSONValue? {
        get { self.place(of: key).map { self.members[$0].value } }
        set {
            if let newValue { self.set(key, newValue) } else { self.remove(key) }
        }
    }

    public var count: Int { self.members.count }
    public var isEmpty: Bool { self.members.isEmpty }
    public var keys: [String] { self.members.map(\.key) }

    private func place(of key: String) -> Int? {
        guard self.members.count <= Self.linearSearchLimit else { return self.places[key] }
        return self.members.firstIndex { $0.key == key }
    }

    private mutating func set(_ key: String, _ value: JSONValue) {
        if let place = self.place(of: key) {
            self.members[place].value = value
            return
        }
        self.members.append(Member(key: key, value: value))
        if self.members.count == Self.linearSearchLimit + 1 {
            self.indexAll()
        } else if self.members.count > Self.linearSearchLimit {
            self.places[key] = self.members.count - 1
        }
    }

    private mutating func remove(_ key: String) {
        guard let place = self.place(of: key) else { return }
        self.members.remove(at: place)
        self.places.removeAll()
        if self.members.count > Self.linearSearchLimit { self.indexAll() }
    }

    private mutating func indexAll() {
        for (place, member) in self.members.enumerated() { self.places[member.key] = place }
    }
}

extension JSONObject: Hashable {
    /// Whatever the order.
    public static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in self.members { sum ^= member.hashValue }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
