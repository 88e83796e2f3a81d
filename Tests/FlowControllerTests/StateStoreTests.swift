import Foundation
import Testing

@testable import FlowController

@Suite("State on disk")
struct StateStoreTests {
    @Test("Contents are replaced as a whole, and listed without what was being written")
    func replace() throws {
        let folder = try TemporaryFolder()
        let store = FileSystemStateStore(directory: folder("deep/state"))
        #expect(store.read("last-good/a") == nil)
        #expect(store.write([1, 2, 3], to: "last-good/a") == nil)
        #expect(store.write([4], to: "last-good/a") == nil)
        #expect(store.read("last-good/a") == [4])
        #expect(store.list("last-good") == ["last-good/a"])
        store.remove("last-good/a")
        #expect(store.list("last-good").isEmpty)
        #expect(store.list("nowhere").isEmpty)
    }

    @Test("A folder that cannot be made is a sentence, not a crash")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file")
        let store = FileSystemStateStore(directory: folder("file/state"))
        #expect(store.write([1], to: "a")?.contains("state") == true)
    }

    @Test("A link in the way of the temporary file is not followed")
    func noFollow() throws {
        let folder = try TemporaryFolder()
        try folder.write("precious", to: "victim")
        try folder.link("a.writing", to: folder("victim"))
        #expect(FileSystemStateStore(directory: folder.path).write([1], to: "a") == nil)
        #expect(try String(contentsOfFile: folder("victim"), encoding: .utf8) == "precious")
    }

    @Test("Damaged generations count as none", arguments: ["", "{", "[]", #"{"a":{"generation":-1,"hash":"x"}}"#])
    func generations(text: String) {
        let state = InMemoryStateStore()
        _ = state.write(Array(text.utf8), to: "generations.json")
        #expect(GenerationStore(state: state).read().isEmpty)
    }

    @Test(
        "Paths are made absolute as text",
        arguments: [("/a/b", "/a/b"), ("/a//b/", "/a/b"), ("/a/./b/../c", "/a/c"), ("/..", "/"), ("/", "/")]
    )
    func absolute(path: String, expected: String) {
        #expect(AbsolutePath.of(path) == expected)
    }

    @Test("A relative path starts where the process is")
    func relative() {
        #expect(AbsolutePath.of("flows.d") == FileManager.default.currentDirectoryPath + "/flows.d")
    }
}
