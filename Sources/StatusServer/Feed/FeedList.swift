import Hummingbird

/// The rows of all flows, and what changed of them last.
struct FeedList {
    /// What a listener begins with.
    struct Document: Encodable {
        var gateway: GatewayHead?
        var flows: [FlowRow]
    }

    /// What makes the newest document out of the one before.
    private struct Changes: Encodable {
        /// Nil when it is as it was.
        var gateway: GatewayHead?
        var changed: [FlowRow]
        var removed: [String]
    }

    private var rows: [String: FlowRow] = [:]
    private var order: [String] = []
    private(set) var gateway: GatewayHead?
    private var changes = Changes(changed: [], removed: [])
    /// The versions with the newest change and with the one before it.
    private var version: UInt64 = 0
    private var previousVersion: UInt64 = 0
    private var encodedChanges: ByteBuffer?
    private var encodedDocument: ByteBuffer?

    func row(named name: String) -> FlowRow? { rows[name] }

    var document: Document { Document(gateway: gateway, flows: order.compactMap { rows[$0] }) }

    mutating func take(_ newRows: [FlowRow], _ newGateway: GatewayHead, version newVersion: UInt64) {
        // Its time would be an old one.
        encodedDocument = nil
        let names = newRows.map(\.name)
        let newChanges = Changes(
            gateway: newGateway == gateway ? nil : newGateway,
            changed: newRows.filter { rows[$0.name] != $0 },
            removed: names == order ? [] : Set(order).subtracting(names).sorted()
        )
        guard newChanges.gateway != nil || !newChanges.changed.isEmpty || !newChanges.removed.isEmpty else { return }
        for name in newChanges.removed { rows[name] = nil }
        for row in newChanges.changed { rows[row.name] = row }
        order = names
        gateway = newGateway
        changes = newChanges
        (previousVersion, version) = (version, newVersion)
        encodedChanges = nil
    }

    /// The changes for who saw the state before them, everything for who did not, nil for who saw them.
    mutating func frame(after seen: UInt64?, at time: Double) -> ByteBuffer? {
        if let seen, seen >= version { return nil }
        if let seen, seen >= previousVersion {
            let bytes = encodedChanges ?? FeedEncoding.event("changes", changes, time)
            encodedChanges = bytes
            return bytes
        }
        let bytes = encodedDocument ?? FeedEncoding.event("list", document, time)
        encodedDocument = bytes
        return bytes
    }
}
