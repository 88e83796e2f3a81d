import FlowConfig
import FlowModel
import FlowPlanner
import Testing

@testable import FlowController

@Suite("The ledger of files")
struct FileLedgerTests {
    private func ledger(_ rules: FlowDirectoryRules = LineFormat.rules) -> FileLedger {
        FileLedger(directory: "flows.d", absoluteDirectory: "/flows.d", prune: .default, rules: rules)
    }

    private func listing(_ files: [String: String]) -> DirectoryListing {
        DirectoryListing(
            files: files.sorted { $0.key < $1.key }.map { path, text in
                DirectorySnapshot.File(path: path, content: .bytes(Array(text.utf8)))
            }
        )
    }

    @Test("Changes that never end keep deletions back for two seconds, not for ever")
    func unsettled() {
        var ledger = ledger()
        let both = listing(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        let one = listing(["b.yaml": "two 9001"])
        _ = ledger.look(both, settled: true, at: .zero) { _ in nil }
        for tick in 0..<10 {
            let outcome = ledger.look(one, settled: false, at: .milliseconds(tick * 200)) { _ in nil }
            #expect(Set(outcome.flows.keys) == ["one", "two"])
        }
        let outcome = ledger.look(one, settled: false, at: FileLedger.maximumUnsettledTime) { _ in nil }
        #expect(Set(outcome.flows.keys) == ["two"])
        #expect(outcome.drops == ["flows.d/a.yaml"])
    }

    @Test("Unchanged bytes are not read as flows again")
    func cache() {
        let loads = Counter()
        var ledger = ledger(
            FlowDirectoryRules(
                load: { file in
                    loads.count()
                    return LineFormat.load(file)
                },
                check: LineFormat.rules.check
            )
        )
        let texts = ["one 9000", "one 9000", "broken", "one 9000", "broken"]
        for text in texts {
            _ = ledger.look(listing(["a.yaml": text]), settled: true, at: .zero) { _ in nil }
        }
        // The accepted content and, each time anew, the broken one.
        #expect(loads.value == 3)
    }

    @Test("Nothing new is said to be nothing new")
    func unchanged() {
        var ledger = ledger()
        let files = listing(["a.yaml": "one 9000", "b.yaml": "broken"])
        #expect(!ledger.look(files, settled: true, at: .zero) { _ in nil }.isUnchanged)
        let again = ledger.look(files, settled: true, at: .seconds(1)) { _ in nil }
        #expect(again.isUnchanged && again.hasProblems && again.reports.isEmpty)
    }

    @Test("Of two files that were kept, the one that a rule now forbids does not start, and the other does")
    func forbiddenSince() {
        var ledger = ledger(
            FlowDirectoryRules(
                load: LineFormat.load,
                check: { newcomers, _ in
                    newcomers.filter { $0.flows.contains { $0.spec.name == "one" } }.map { file in
                        Diagnostic(
                            file: file.path,
                            line: 1,
                            column: 5,
                            message: "the gateway's own port",
                            rule: "test/port"
                        )
                    }
                }
            )
        )
        let files = ["a.yaml": "one 9000", "b.yaml": "two 9001"]
        let outcome = ledger.look(listing(files), settled: true, at: .zero) { path in
            files[String(path.dropFirst("flows.d/".count))].map { Array($0.utf8) }
        }
        #expect(Array(outcome.flows.keys) == ["two"])
        #expect(outcome.files.map(\.valid) == [false, true])
    }

    @Test("Files that all want the same end with one winner, whatever their number")
    func manyConflicts() {
        var ledger = ledger()
        var files: [String: String] = [:]
        for index in 0..<200 { files["f\(index).yaml"] = "flow\(index) 9000" }
        let outcome = ledger.look(listing(files), settled: true, at: .zero) { _ in nil }
        #expect(outcome.flows.count == 1)
        #expect(outcome.files.filter { !$0.valid }.count == 199)
    }

    @Test("What is kept for a restart is what was accepted")
    func saves() {
        var ledger = ledger()
        var outcome = ledger.look(listing(["a.yaml": "one 9000", "b.yaml": "broken"]), settled: true, at: .zero) { _ in
            nil
        }
        #expect(outcome.saves.map(\.path) == ["flows.d/a.yaml"])
        outcome = ledger.look(listing(["a.yaml": "", "b.yaml": "two 9001"]), settled: true, at: .zero) { _ in nil }
        #expect(outcome.saves.map(\.path) == ["flows.d/b.yaml"])
        #expect(outcome.saves.first?.bytes == Array("two 9001".utf8))
    }
}
