import NetworkAddress

/// Claims by what they are about; each question is answered in constant time.
struct ClaimTable {
    struct Owner {
        /// Nil for the gateway itself.
        var endpoint: ClaimingEndpoint?
        var purpose: String
    }

    /// Two sockets on one port get on only when each is bound to a multicast group of its own.
    private struct Port {
        var first: Owner
        var everywhere: Owner?
        var groups: [IPAddress: Owner] = [:]
    }

    private var ports: [UInt16: Port] = [:]
    private var others: [Claim.Resource: Owner] = [:]
    private(set) var claims: [Claim] = []

    /// Who stands in the way of somebody who wants this.
    func owner(of resource: Claim.Resource) -> Owner? {
        switch resource {
        case .udpPort(let number, nil): ports[number]?.first
        case .udpPort(let number, let group?): ports[number].flatMap { $0.everywhere ?? $0.groups[group] }
        case .streamID, .rtspPath, .recordPath: others[resource]
        }
    }

    mutating func add(_ claim: Claim) {
        claims.append(claim)
        add(claim.resource, Owner(endpoint: claim.endpoint, purpose: claim.purpose))
    }

    mutating func add(_ resource: Claim.Resource, _ owner: Owner) {
        guard case .udpPort(let number, let group) = resource else {
            others[resource] = owner
            return
        }
        // In place: a copy for each claim would make many groups on one port quadratic.
        if let group {
            ports[number, default: Port(first: owner)].groups[group] = owner
        } else {
            ports[number, default: Port(first: owner)].everywhere = owner
        }
    }
}
