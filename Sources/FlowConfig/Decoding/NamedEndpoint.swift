import FlowModel

/// What inputs and outputs have in common.
protocol NamedEndpoint {
    var name: String { get }
    /// The stream key by which the gateway itself tells publishers or players of a flow apart.
    var streamKey: Secret? { get }
}

extension InputSpec: NamedEndpoint {
    var streamKey: Secret? {
        if case .rtmp(let input) = source, isEnabled { input.streamKey } else { nil }
    }
}

extension OutputSpec: NamedEndpoint {
    /// The output's name where no key is set.
    var streamKey: Secret? {
        if case .rtmp(let output) = destination, isEnabled { output.streamKey ?? Secret(.literal(name)) } else { nil }
    }
}
