import FlowRuntime
import HLS
import StatusServer

/// Lets the status server hand out what the flows' `hls` outputs have.
struct RuntimeHLSSource: HLSSource {
    let runtime: FlowRuntime

    func answer(_ name: String, query: String, ofFlow flow: String, to client: String) async -> HLSSourceAnswer {
        switch await runtime.hls(name, query: query, ofFlow: flow, to: client) {
        case .content(let content):
            .content(content.pieces, contentType: content.contentType, cacheControl: content.cacheControl)
        case .notFound: .notFound
        case .badRequest: .badRequest
        case .unavailable: .unavailable
        }
    }
}
