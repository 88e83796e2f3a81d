import ArgumentParser
import FlowModel
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

    func gateway() throws(RunningGateway.Failure) -> RunningGateway {
        let environment = ProcessInfo.processInfo.environment
        func value(_ option: String?, _ variable: String) -> String? {
            option ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        }
        do {
            let url = try GatewayURL(value(server, "HEADGATE_SERVER") ?? Self.defaultServer)
            let token = try value(httpTokenFile, "HEADGATE_HTTP_TOKEN_FILE").map { try BearerToken.file($0).read() }
            return RunningGateway(client: GatewayClient(server: url, token: token))
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
            throw Failure(description: Self.sentence(answer, server: client.server.description))
        }
        return answer
    }

    private static func sentence(_ answer: GatewayResponse, server: String) -> String {
        struct Body: Decodable {
            var error: String
        }
        let reason = (try? decode(Body.self, from: answer.body))?.error.escapedForOneLine ?? "HTTP \(answer.status)"
        let hint = answer.status == 401 ? "; give --http-token-file or HEADGATE_HTTP_TOKEN_FILE" : ""
        return "the gateway at \(server) refused: \(reason)\(hint)"
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
