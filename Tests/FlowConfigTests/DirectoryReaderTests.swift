import FlowModel
import Glibc
import Testing

@testable import FlowConfig

struct DirectoryReaderTests {
    private let folder = TemporaryFolder()

    private func read(_ limits: DirectoryLimits = DirectoryLimits()) -> DirectorySnapshot {
        DirectoryReader(path: folder.path, limits: limits).read()
    }

    private func problems(_ snapshot: DirectorySnapshot) -> [String] {
        snapshot.diagnostics.map { $0.description.replacing(folder.path, with: "D") }
    }

    @Test("Files that count are read in the order of their paths, sub-folders too")
    func order() {
        folder.folder("m")
        folder.folder(".git")
        for name in ["z.yaml", "a.yml", "m/x.yaml", ".a.yaml", "b.txt", ".git/c.yaml", "a.yaml~"] {
            folder.write(name, name)
        }
        let snapshot = read()
        #expect(snapshot.files.map(\.path) == ["a.yml", "m/x.yaml", "z.yaml"])
        #expect(snapshot.files.first?.content == .bytes(Array("a.yml".utf8)))
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("A ConfigMap volume reads through its links, each file once")
    func configMap() {
        folder.folder("..2024_01_01")
        folder.write("..2024_01_01/a.yaml", "one")
        folder.link("..data", to: "..2024_01_01")
        folder.link("a.yaml", to: "..data/a.yaml")
        #expect(read().files == [.init(path: "a.yaml", content: .bytes(Array("one".utf8)))])
    }

    @Test("What is no regular file, or leads nowhere, is a diagnostic and never waited for")
    func notRegular() {
        folder.folder("folder.yaml")
        mkfifo("\(folder.path)/pipe.yaml", 0o644)
        folder.link("dangling.yaml", to: "nowhere")
        folder.link("circle.yaml", to: "circle.yaml")
        folder.link("device.yaml", to: "/dev/zero")
        folder.write("good.yaml", "x")
        let snapshot = read()
        #expect(
            problems(snapshot) == [
                "D/circle.yaml: error: the link leads round in a circle [file/dangling-link]",
                "D/dangling.yaml: error: the link leads nowhere [file/dangling-link]",
                "D/device.yaml: error: a device, not a file [file/not-regular]",
                "D/folder.yaml: error: a folder, not a file [file/not-regular]",
                "D/pipe.yaml: error: a named pipe, not a file [file/not-regular]",
            ]
        )
        #expect(snapshot.problem == nil)
        #expect(snapshot.files.last?.content != nil)
        #expect(snapshot.files.contains { $0.path == "good.yaml" && $0.content == .bytes([UInt8(ascii: "x")]) })
    }

    @Test("A file of 50 MB is refused by its size, without being read")
    func hugeFile() {
        folder.write("a.yaml", "")
        truncate("\(folder.path)/a.yaml", 50 << 20)
        #expect(
            problems(read()) == [
                "D/a.yaml: error: the file has 52428800 bytes; at most 1048576 are read [file/too-large]"
            ]
        )
    }

    @Test("A file of exactly the limit is read, one byte more is not")
    func fileLimit() {
        folder.write("a.yaml", "1234")
        folder.write("b.yaml", "12345")
        let snapshot = read(DirectoryLimits(maximumFileBytes: 4))
        #expect(snapshot.files.first?.content == .bytes(Array("1234".utf8)))
        #expect(problems(snapshot).map { $0.contains("[file/too-large]") } == [true])
    }

    @Test("No permission is a diagnostic", .enabled(if: geteuid() != 0))
    func permission() {
        folder.write("a.yaml", "x")
        chmod("\(folder.path)/a.yaml", 0)
        #expect(problems(read()) == ["D/a.yaml: error: Permission denied [file/unreadable]"])
    }

    @Test("A missing directory is the snapshot's problem, not an empty directory")
    func missing() {
        let snapshot = DirectoryReader(path: "\(folder.path)/nowhere").read()
        #expect(problems(snapshot) == ["D/nowhere: error: the directory does not exist [file/directory]"])
        #expect(snapshot.problem != nil)
        #expect(snapshot.files.isEmpty)
    }

    @Test("A file in the directory's place is the snapshot's problem")
    func fileInPlace() {
        folder.write("a.yaml", "x")
        let snapshot = DirectoryReader(path: "\(folder.path)/a.yaml").read()
        #expect(snapshot.problem?.rule == "file/directory")
    }

    @Test("Links that lead round in circles end")
    func loops() {
        folder.folder("a")
        folder.folder("b")
        folder.write("a/x.yaml", "x")
        for (link, target) in [("a/up", ".."), ("a/side", "../b"), ("b/side", "../a"), ("self", ".")] {
            folder.link(link, to: target)
        }
        #expect(read().files.map(\.path) == ["a/x.yaml"])
    }

    @Test("Folders deeper than the limit are named, and what is above is read")
    func depth() {
        folder.write("x.yaml", "x")
        folder.folder("a")
        folder.folder("a/b")
        folder.write("a/b/x.yaml", "x")
        let snapshot = read(DirectoryLimits(maximumDepth: 2))
        #expect(snapshot.files.map(\.path) == ["x.yaml"])
        #expect(snapshot.unreadableFolders.map(\.path) == ["a/b"])
        #expect(read(DirectoryLimits(maximumDepth: 3)).files.count == 2)
    }

    @Test("More entries or bytes than the limits is the snapshot's problem")
    func totals() {
        for index in 0..<4 { folder.write("\(index).yaml", "12345") }
        #expect(read(DirectoryLimits(maximumEntries: 3)).problem?.rule == "file/limit")
        #expect(read(DirectoryLimits(maximumTotalBytes: 19)).problem?.rule == "file/limit")
        #expect(read(DirectoryLimits(maximumEntries: 4, maximumTotalBytes: 20)).problem == nil)
    }

    @Test("Loading a snapshot names files for the operator and resolves paths against their folders")
    func loading() {
        folder.folder("sub")
        folder.write("sub/a.yaml", Fixture.flow("outputs:\n  - {name: r, protocol: record, path: '%H.ts'}"))
        folder.link("b.yaml", to: "nowhere")
        let reader = DirectoryReader(path: folder.path)
        let files = reader.load(reader.read(), with: Fixture.loader)
        #expect(files.map(\.path) == ["\(folder.path)/b.yaml", "\(folder.path)/sub/a.yaml"])
        #expect(files.map(\.isValid) == [false, true])
        let output = files.last?.specs.first?.outputs.first?.destination
        #expect(output == .record(RecordOutput(path: "\(folder.path)/sub/%H.ts")))
    }

    @Test("A single file is read whatever its name; a missing one is a diagnostic")
    func singleFile() {
        folder.write("draft.txt", "x")
        #expect(DirectoryReader.readFile("\(folder.path)/draft.txt") == .bytes([UInt8(ascii: "x")]))
        guard case .unreadable(let problem) = DirectoryReader.readFile("\(folder.path)/none") else {
            Issue.record("a missing file was read")
            return
        }
        #expect(problem.message == "No such file or directory")
    }
}
