import Foundation
import HeadgateTestKit
import Testing

@Suite("Alert rules and the dashboard")
struct AlertTests {
    @Test("promtool takes the rules, and they fire and keep quiet as their tests say")
    func rules() async throws {
        for (command, file) in [("check", "alerts.yaml"), ("test", "alerts.test.yaml")] {
            let result = try await ChildProcess.run("promtool", [command, "rules", Documents.path(file)])
            #expect(result.status == .code(0), "\(result.output)\(result.errorOutput)")
        }
    }

    @Test("Each alert has a test that it fires and one that it does not")
    func tested() throws {
        let alerts = try Documents.text("alerts.yaml").matches(of: /alert: (\w+)/).map { String($0.output.1) }
        let tests = try Documents.text("alerts.test.yaml")
        #expect(alerts.count > 15)
        for alert in alerts {
            #expect(tests.contains("alertname: \(alert)}"), "quiet: \(alert)")
            #expect(tests.contains("ALERTS{alertname=\"\(alert)\""), "fires: \(alert)")
        }
    }

    @Test("Rules and dashboard speak of metrics that there are", arguments: ["alerts.yaml", "dashboard.json"])
    func metrics(file: String) throws {
        let named = Documents.metrics(namedIn: try Documents.text(file))
        #expect(named.count > 15)
        #expect(named.subtracting(try Documents.metrics()) == [])
    }

    @Test("The dashboard is JSON with panels that ask something")
    func dashboard() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Target: Decodable { let expr: String }
                let id: Int
                let type: String
                let title: String
                let targets: [Target]?
            }
            let title: String
            let panels: [Panel]
        }
        let data = Data(try Documents.text("dashboard.json").utf8)
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: data)
        #expect(dashboard.title == "Headgate" && Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        for panel in dashboard.panels where panel.type != "row" {
            let expressions = try #require(panel.targets, "\(panel.title)").map(\.expr)
            #expect(!expressions.isEmpty, "\(panel.title)")
            for expression in expressions { #expect(!Documents.metrics(namedIn: expression).isEmpty, "\(expression)") }
        }
    }
}
