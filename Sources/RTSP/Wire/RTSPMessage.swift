/// What a connection carries: requests and responses both ways, and packets between them.
package enum RTSPMessage: Hashable, Sendable {
    case request(RTSPRequest)
    case response(RTSPResponse)
    case interleaved(InterleavedFrame)
}
