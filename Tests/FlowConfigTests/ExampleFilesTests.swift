import FlowModel
import Testing

@testable import FlowConfig

struct ExampleFilesTests {
    private static let reader = DirectoryReader(path: Repository.path("flows.d"))

    @Test("Every example is valid and says which schema it follows")
    func valid() {
        let snapshot = Self.reader.read()
        #expect(snapshot.problem == nil)
        #expect(snapshot.files.count >= 7)
        for file in Self.reader.load(snapshot, with: Fixture.loader) {
            #expect(file.diagnostics == [])
            #expect(!file.isEmpty)
        }
        for case .bytes(let bytes) in snapshot.files.map(\.content) {
            let modeline = "# yaml-language-server: $schema=../Schemas/flow.schema.json\n"
            #expect(bytes.starts(with: modeline.utf8))
        }
    }

    @Test("The examples get on with each other and with the gateway's ports, even when none is suspended")
    func together() {
        var files = Self.reader.load(Self.reader.read(), with: Fixture.loader)
        #expect(DirectoryRules.check(files, gateway: .defaults) == [])
        for file in files.indices {
            for flow in files[file].flows.indices { files[file].flows[flow].spec.isSuspended = false }
        }
        #expect(DirectoryRules.check(files, gateway: .defaults) == [])
    }

    @Test("Only the demo runs as it comes")
    func harmless() {
        let files = Self.reader.load(Self.reader.read(), with: Fixture.loader)
        #expect(files.flatMap(\.specs).filter { !$0.isSuspended }.map(\.name) == ["demo"])
    }
}
