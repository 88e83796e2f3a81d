public import FlowModel
import FoundationEssentials
import Hummingbird

/// A status, a content type and the bytes: what a route answers before it becomes an HTTP response.
struct StatusAnswer: Sendable {
    var status: HTTPResponse.Status
    var contentType: String
    var body: ByteBuffer
    /// Media: go out in place of the body, one behind the other. Other answers may share the bytes.
    var pieces: [ByteBuffer] = []
    var cacheControl = "no-store"
    /// Set for 405.
    var allow: [String] = []
    /// Set for 401.
    var challenges = false
    /// Goes out in place of the body, as long as the client listens.
    var stream: ResponseBody?
    /// Set for what a browser may keep, and has to ask about again.
    var entityTag: String?

    /// Server-sent events, HTML Living Standard §9.2.
    static func eventStream(_ stream: ResponseBody) -> StatusAnswer {
        let contentType = "text/event-stream; charset=utf-8"
        return StatusAnswer(status: .ok, contentType: contentType, body: ByteBuffer(), stream: stream)
    }

    static func hls(_ answer: HLSSourceAnswer) -> StatusAnswer {
        switch answer {
        case .content(let pieces, let contentType, let cacheControl):
            StatusAnswer(
                status: .ok,
                contentType: contentType,
                body: ByteBuffer(),
                pieces: pieces,
                cacheControl: cacheControl
            )
        case .notFound: error("no such playlist or segment", status: .notFound)
        case .badRequest: error("the playlist is asked for with directives that it cannot follow", status: .badRequest)
        case .unavailable: error("there is nothing to play yet, or too many wait for it", status: .serviceUnavailable)
        }
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> StatusAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // One leg with a nonsensical number must not hide the state of all others.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        var body = ByteBuffer(bytes: try encoder.encode(value))
        body.writeString("\n")
        return StatusAnswer(status: status, contentType: "application/json; charset=utf-8", body: body)
    }

    static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        contentType: String = "text/plain; charset=utf-8"
    ) -> StatusAnswer {
        StatusAnswer(status: status, contentType: contentType, body: ByteBuffer(string: text))
    }

    /// `{"error": "…"}`
    static func error(_ message: String, status: HTTPResponse.Status) -> StatusAnswer {
        // A dictionary of strings always encodes; the fallback says the same without details.
        (try? json(["error": message], status: status))
            ?? text("{\"error\":\"\(status.code)\"}\n", status: status, contentType: "application/json")
    }

    static func notFound() -> StatusAnswer {
        let body = NoSuchPath(error: "no such path", paths: StatusRoute.paths)
        return (try? json(body, status: .notFound)) ?? error("no such path", status: .notFound)
    }

    static func methodNotAllowed(_ route: StatusRoute) -> StatusAnswer {
        let methods = route.allowedMethods.joined(separator: ", ")
        var answer = error("this path takes \(methods)", status: .methodNotAllowed)
        answer.allow = route.allowedMethods
        return answer
    }

    static func unauthorized() -> StatusAnswer {
        var answer = error("a bearer token is needed", status: .unauthorized)
        answer.challenges = true
        return answer
    }

    private struct NoSuchPath: Encodable {
        var error: String
        var paths: [String]
    }
}

/// What `/api/v1/flows` answers; `Schemas/status.schema.json` describes it.
public struct FlowList: Hashable, Sendable, Codable {
    public var flows: [FlowStatus]

    public init(flows: [FlowStatus]) {
        self.flows = flows
    }
}

/// What `POST /-/reload` answers: how the pass went.
public struct ReloadResult: Hashable, Sendable, Codable {
    public var reconcile: ReconcileStatus
    public var files: Int
    public var invalidFiles: Int

    public init(_ status: GatewayStatus) {
        self.reconcile = status.reconcile
        self.files = status.files.count
        self.invalidFiles = status.files.count { !$0.valid }
    }
}
