public import FlowModel

/// A peer that is connected now and that a change would drop.
public struct EndedSession: Hashable, Sendable, Codable {
    /// `INPUT/LEG`, or the name of an output.
    public var component: String
    /// `HOST:PORT`
    public var remote: String

    public init(component: String, remote: String) {
        self.component = component
        self.remote = remote
    }
}

extension FlowReport {
    /// Who is connected to what the change stops. A file that is played is nobody's session.
    public func sessions(endedBy change: PlannedChange) -> [EndedSession] {
        guard change.action.isDisruptive else { return [] }
        switch change.component {
        case .flow: return inputs.flatMap { Self.sessions(of: $0) } + outputs.flatMap(Self.sessions)
        case .input(let name): return inputs.filter { $0.name == name }.flatMap { Self.sessions(of: $0) }
        case .backupLeg(let name):
            return inputs.filter { $0.name == name }.flatMap { Self.sessions(of: $0, leg: "backup") }
        case .output(let name): return outputs.filter { $0.name == name }.flatMap(Self.sessions)
        }
    }

    private static func sessions(of input: InputStatus, leg: String? = nil) -> [EndedSession] {
        guard input.protocol != "file" else { return [] }
        return input.legs.compactMap { status in
            guard leg == nil || status.name == leg, status.state == .connected, let remote = status.remote else {
                return nil
            }
            return EndedSession(component: "\(input.name)/\(status.name)", remote: remote)
        }
    }

    private static func sessions(of output: OutputStatus) -> [EndedSession] {
        output.peers.map { EndedSession(component: output.name, remote: $0.remote) }
    }
}
