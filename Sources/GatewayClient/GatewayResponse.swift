/// What the gateway answered.
public struct GatewayResponse: Sendable {
    public var status: Int
    /// Field names in lower case; of repeated fields the last.
    public var headers: [String: String]
    public var body: [UInt8]

    public var isSuccess: Bool { (200..<300).contains(status) }
}
