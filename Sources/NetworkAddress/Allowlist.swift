/// The addresses that may connect. An empty list, like one that was left out, allows every address.
public struct Allowlist: Hashable, Sendable {
    public var networks: [IPNetwork]

    public static let everyone = Allowlist(networks: [])

    public init(networks: [IPNetwork]) {
        self.networks = networks
    }

    public var allowsEveryone: Bool { networks.isEmpty }

    public func allows(_ address: IPAddress) -> Bool {
        networks.isEmpty || networks.contains { $0.contains(address) }
    }
}
