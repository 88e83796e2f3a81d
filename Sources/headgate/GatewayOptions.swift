import ArgumentParser
import FlowModel
import FlowPlanner
import FoundationEssentials
import GatewayClient
import StatusServer

/// How the commands find a running gateway.
struct GatewayOptions: ParsableArguments {
    static let defaultServer = "http://127.0.0.1:8080"

    @Option(
        help: ArgumentHelp(
            "Where the gateway's HTTP server is; HEADGATE_SERVER when left out, else \(defaultServer).",
            valueName: "url"
        )
    )
    var server: String?

    @Option(
        help: ArgumentHelp(
            "A file that holds the gateway's bearer token; HEADGATE_HTTP_TOKEN_FILE when left out.",
            valueName: "file"
        )
    )
    var httpTokenFile: String?

    @Option(
        help: ArgumentHelp(
            "PEM file with authorities to trust beside the system's, for https; HEADGATE_CA_FILE when left out.",
            valueName: "file"
        )
    )
    var caFile: String?

    /// - Parameter timeout: for connecting and for each answer.
    func gateway(timeout: Duration = GatewayClient.defaultTimeout) throws(RunningGateway.Failure) -> RunningGateway {
        let environment = ProcessInfo.processInfo.environment
        func value(_ option: String?, _ variable: String) -> String? {
            option ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        }
        do {
            let url = try GatewayURL(value(server, "HEADGATE_SERVER") ?? Self.defaultServer)
            let token = try value(httpTokenFile, "HEADGATE_HTTP_TOKEN_FILE").map { try BearerToken.file($0).read() }
            let client = GatewayClient(
                server: url,
                token: token,
                timeout: timeout,
                authoritiesFile: value(caFile, "HEADGATE_CA_FILE")
            )
            return RunningGateway(client: client)
        } catch {
            throw RunningGateway.Failure(description: "\(error)")
        }
    }
}

/// A gateway that the commands ask for its status.
struct RunningGateway: Sendable {
    /// Why there is no status, as a sentence.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let client: GatewayClient

    func status() async throws -> GatewayStatus {
        try Self.decode(GatewayStatus.self, from: try await body(of: "/api/v1/status").body)
    }

    /// What `/api/v1/flows`, or the path of one flow, answers; nil when there is no such flow.
    func flowsDocument(flow: String?) async throws -> [UInt8]? {
        guard let flow else { return try await body(of: "/api/v1/flows").body }
        guard Self.isFlowName(flow) else { return nil }
        let answer = try await body(of: "/api/v1/flows/\(flow)", accepting: 404)
        return answer.status == 404 ? nil : answer.body
    }

    func streamAddresses() async throws -> [StreamAddress] {
        try Self.decode(StreamAddressList.self, from: try await body(of: "/api/v1/addresses").body).addresses
    }

    func flow(named name: String) async throws -> FlowStatus? {
        try await flowsDocument(flow: name).map { try Self.decode(FlowStatus.self, from: $0) }
    }

    /// What the files would change. Plans of many files take their time.
    func plan(_ request: PlanRequest) async throws -> PlanPreview {
        let bytes = try PlanRequestBody(request).encoded()
        guard bytes.count <= StatusServerLimits.maximumPlanBytes else {
            throw Failure(description: "the files are too large for one plan: \(bytes.count) bytes with their framing")
        }
        let answer = try await client.request(
            .post,
            "/api/v1/plan",
            headers: [("Content-Type", "application/json")],
            body: bytes
        )
        guard answer.isSuccess else { throw refusal(answer) }
        return try Self.decode(PlanPreview.self, from: answer.body)
    }

    /// The events that the gateway keeps.
    func events() async throws -> [RecordedEvent] {
        let answer = try await client.request(.get, "/api/v1/events", headers: [("Accept", "application/json")])
        guard answer.isSuccess else { throw refusal(answer) }
        return try Self.decode(EventList.self, from: answer.body).events
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(Failure) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw Failure(description: "the gateway's answer cannot be read; it may be of another version")
        }
    }

    private func body(of path: String, accepting accepted: Int? = nil) async throws -> GatewayResponse {
        let answer = try await client.request(.get, path)
        guard answer.isSuccess || answer.status == accepted else {
            throw refusal(answer)
        }
        return answer
    }

    /// What an answer says that is none.
    func refusal(_ answer: GatewayResponse) -> Failure {
        struct Body: Decodable {
            var error: String
        }
        let reason =
            (try? Self.decode(Body.self, from: answer.body))?.error.escapedForOneLine ?? "HTTP \(answer.status)"
        let hint = answer.status == 401 ? "; give --http-token-file or HEADGATE_HTTP_TOKEN_FILE" : ""
        return Failure(description: "the gateway at \(client.server) refused: \(reason)\(hint)")
    }

    /// Other names cannot exist, and would need encoding in a path.
    static func isFlowName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || $0 == 0x2d || $0 == 0x5f
            }
    }
}
