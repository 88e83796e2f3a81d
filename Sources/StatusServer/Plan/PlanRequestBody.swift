public import FlowPlanner
import FoundationEssentials

/// What `POST /api/v1/plan` takes: flow files, their bytes in base64.
public struct PlanRequestBody: Hashable, Sendable, Codable {
    public struct File: Hashable, Sendable, Codable {
        var path: String
        var location: String
        var content: Data
    }

    /// Why a body is no request.
    struct Invalid: Error, Hashable {
        let description: String
    }

    var scope: PlanRequest.Scope
    var files: [File]

    public init(_ request: PlanRequest) {
        scope = request.scope
        files = request.files.map { File(path: $0.path, location: $0.location, content: Data($0.bytes)) }
    }

    /// The JSON to send.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self))
    }

    static func request(from bytes: [UInt8]) throws(Invalid) -> PlanRequest {
        guard let body = try? JSONDecoder().decode(PlanRequestBody.self, from: Data(bytes)) else {
            throw Invalid(description: "the body is not a plan request: {scope, files: [{path, location, content}]}")
        }
        guard body.files.count <= StatusServerLimits.maximumPlanFiles else {
            throw Invalid(description: "a plan takes \(StatusServerLimits.maximumPlanFiles) files at most")
        }
        guard body.scope == .folder || body.files.count == 1 else {
            throw Invalid(description: "a plan of a lone file takes one")
        }
        let longest = body.files.map { max($0.path.utf8.count, $0.location.utf8.count) }.max() ?? 0
        guard longest <= StatusServerLimits.maximumPlanPathBytes else {
            throw Invalid(description: "a path has \(StatusServerLimits.maximumPlanPathBytes) bytes at most")
        }
        return PlanRequest(
            scope: body.scope,
            files: body.files.map { .init(path: $0.path, location: $0.location, bytes: [UInt8]($0.content)) }
        )
    }
}
