import Foundation
import HeadgateTestKit

/// A Prometheus that scrapes one gateway, with folders of its own.
final class PrometheusServer: Sendable {
    /// One series of an answer.
    struct Series: Decodable {
        let metric: [String: String]
        let value: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            metric = try container.decode([String: String].self, forKey: .metric)
            var pair = try container.nestedUnkeyedContainer(forKey: .value)
            _ = try pair.decode(Double.self)
            value = Double(try pair.decode(String.self)) ?? .nan
        }

        private enum Key: CodingKey { case metric, value }
    }

    private struct Answer: Decodable {
        struct Data: Decodable { let result: [Series] }
        let data: Data
    }

    private let directory: TemporaryDirectory
    private let process: ChildProcess
    private let port: UInt16

    /// Starts it, with the project's alert rules, and does not wait.
    init(scraping gateway: UInt16) throws {
        directory = try TemporaryDirectory("headgate-prometheus")
        port = FreePorts.next()
        let configuration = """
            global: {scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}
            rule_files: [\(Documents.path("alerts.yaml"))]
            scrape_configs:
              - job_name: headgate
                static_configs: [{targets: ["127.0.0.1:\(gateway)"]}]
            """
        process = try ChildProcess(
            "prometheus",
            [
                "--config.file=\(try directory.write(configuration, to: "prometheus.yml"))",
                "--storage.tsdb.path=\(directory.path("data"))", "--web.listen-address=127.0.0.1:\(port)",
                "--log.level=warn",
            ]
        )
    }

    /// Asks until the answer is as wanted, and returns it.
    func waitForSeries(_ query: String, until isAsWanted: ([Series]) -> Bool) async throws -> [Series] {
        let path = "/api/v1/query?query=\(query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        var last: [Series] = []
        try await eventually("\(query) in Prometheus", detail: { "\(last)\n\(process.errorOutput)" }) {
            let body = try HTTPRequest.send("GET", path, port: port).body
            last = try JSONDecoder().decode(Answer.self, from: Data(body)).data.result
            return isAsWanted(last)
        }
        return last
    }
}

/// The files in `docs`.
enum Documents {
    static func path(_ name: String) -> String {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("docs/\(name)").path
    }

    static func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// The metrics that `metrics.md` explains: what stands at the beginning of a row.
    static func metrics() throws -> [String] {
        try text("metrics.md").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `headgate_") else { return nil }
            return line.split(separator: "`").dropFirst().first.map(String.init)
        }
    }

    /// The metrics that a text speaks of.
    static func metrics(namedIn text: String) -> Set<String> {
        Set(text.matches(of: /headgate_[a-z0-9_]+/).map { String($0.output) })
    }
}
