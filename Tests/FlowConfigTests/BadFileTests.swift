import FlowModel
import Testing

@testable import FlowConfig

/// A broken file and exactly what is said about it.
struct BadFile: Sendable, CustomTestStringConvertible {
    var text: String
    var lines: [String]

    /// A whole file.
    init(_ text: String, _ lines: String...) {
        self.text = text
        self.lines = lines
    }

    /// One input on line 5; columns count from its name, which stands at column 5.
    static func input(_ fields: String, _ lines: String...) -> BadFile {
        var file = BadFile(Fixture.flow(inputs: "  - {\(fields)}"))
        file.lines = lines
        return file
    }

    /// One output on line 7.
    static func output(_ fields: String, _ lines: String...) -> BadFile {
        var file = BadFile(Fixture.flow("outputs:\n  - {\(fields)}"))
        file.lines = lines
        return file
    }

    /// Top-level fields from line 6 on.
    static func top(_ fields: String, _ lines: String...) -> BadFile {
        var file = BadFile(Fixture.flow(fields))
        file.lines = lines
        return file
    }

    var testDescription: String { lines.first ?? text }
}

struct BadFileTests {
    @Test("Each broken file gets exactly its message", arguments: [BadFile].shape + .inputs + .outputs + .several)
    func message(file: BadFile) {
        let loaded = Fixture.load(file.text)
        #expect(loaded.diagnostics.map(\.description) == file.lines)
        #expect(!loaded.isValid)
        #expect(!loaded.isEmpty)
    }

    @Test("A file with one good and one bad document is invalid, and says so of the bad one alone")
    func oneBadDocument() {
        let bad = Fixture.flow(name: "b").replacing("5000", with: "0")
        let file = Fixture.load("\(Fixture.flow(name: "a"))---\n\(bad)")
        #expect(file.specs.map(\.name) == ["a"])
        #expect(!file.isValid)
        #expect(file.diagnostics.map(\.line) == [11])
    }
}
