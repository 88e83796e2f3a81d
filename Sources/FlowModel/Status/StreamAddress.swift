/// Where to publish or play one stream, with its key: a secret that is shown to an operator on this machine only.
public struct StreamAddress: Hashable, Sendable, Codable {
    public var flow: String
    /// `input/leg`, or the name of an output.
    public var component: String
    /// `rtmp://HOST:PORT/FLOW/KEY`
    public var address: String

    public init(flow: String, component: String, address: String) {
        self.flow = flow
        self.component = component
        self.address = address
    }
}

/// What `/api/v1/addresses` answers.
public struct StreamAddressList: Hashable, Sendable, Codable {
    public var addresses: [StreamAddress]

    public init(addresses: [StreamAddress]) {
        self.addresses = addresses
    }
}
