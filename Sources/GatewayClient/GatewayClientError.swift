/// Why there is no answer from the gateway.
public enum GatewayClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No connection: nobody listens, no such host, no route.
    case unreachable(server: String, cause: String)
    case timedOut(server: String)
    /// The connection ended before the answer did.
    case connectionClosed(server: String)
    case malformedAnswer(server: String, cause: String)
    case answerTooLarge(server: String, limit: Int)

    public var description: String {
        switch self {
        case .unreachable(let server, let cause):
            "cannot reach the gateway at \(server): \(cause); does `headgate serve` run, and is --server right?"
        case .timedOut(let server):
            "the gateway at \(server) did not answer in time"
        case .connectionClosed(let server):
            "the gateway at \(server) closed the connection before it had answered"
        case .malformedAnswer(let server, let cause):
            "\(server) does not answer like a gateway: \(cause)"
        case .answerTooLarge(let server, let limit):
            "the answer of \(server) is larger than \(limit) bytes"
        }
    }
}
