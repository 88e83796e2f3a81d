import FlowModel
import Foundation
import Glibc
import HeadgateTestKit
import Testing

@testable import EventArchive

struct EventFilesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func event(_ id: UInt64, message: String = "all is well") -> RecordedEvent {
        RecordedEvent(FlowEvent(reason: "Switched", flow: "a", component: "in/main", message: message), id: id, time: 5)
    }

    private func files(maximumBytes: Int = EventFiles.maximumFileBytes) -> EventFiles {
        EventFiles(directory: directory.path, maximumBytes: maximumBytes)
    }

    private func size(_ name: String) throws -> Int { try directory.read(name).count }

    @Test("What was written is read again, the last ones of it and in order")
    func roundTrip() throws {
        try files().append((1...5).map { event($0) })
        try files().append([event(6)])
        #expect(files().read(last: 100) == (1...6).map { event($0) })
        #expect(files().read(last: 2).map(\.id) == [5, 6])
        #expect(String(decoding: try directory.read("events.jsonl"), as: UTF8.self).split(separator: "\n").count == 6)
    }

    @Test("Without files there is nothing to read")
    func nothing() {
        #expect(files().read(last: 10) == [])
    }

    @Test("Only the owner may read them, also when the file was there with other rights")
    func rights() throws {
        try directory.write("", to: "events.jsonl")
        #expect(chmod(directory.path("events.jsonl"), 0o644) == 0)
        try files().append([event(1)])
        var information = stat()
        #expect(stat(directory.path("events.jsonl"), &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600)
    }

    @Test("A full file takes the place of the older one: two files, neither above its size, and no gap at the seam")
    func rotation() throws {
        let files = files(maximumBytes: 2_000)
        for id in 1...200 as ClosedRange<UInt64> {
            try files.append([event(id)])
            #expect(try size("events.jsonl") <= 2_000)
        }
        #expect(try size("events.1.jsonl") <= 2_000)
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: directory.path)) == [
                "events.jsonl", "events.1.jsonl",
            ]
        )
        let kept = files.read(last: 1_000).map(\.id)
        #expect(kept.count > 15 && kept == Array((201 - UInt64(kept.count))...200))
    }

    @Test("Of a batch that no file holds the newest are kept")
    func largeBatch() throws {
        let files = files(maximumBytes: 2_000)
        try files.append((1...100).map { event($0) })
        #expect(try size("events.jsonl") <= 2_000)
        #expect(files.read(last: 100).last?.id == 100)
    }

    @Test(
        "Lines that are none are passed over, and the next event stands on a line of its own",
        arguments: ["{\"id\":3,\"ti", "nonsense\n", "\u{0}\u{1}\n\n\n", "{\"id\":18446744073709551615,\"time\":1}\n"]
    )
    func damage(_ text: String) throws {
        try files().append([event(1), event(2)])
        let written = try directory.read("events.jsonl")
        try directory.write(String(decoding: written, as: UTF8.self) + text, to: "events.jsonl")
        #expect(files().read(last: 10).map(\.id) == [1, 2])
        try files().append([event(4)])
        #expect(files().read(last: 10).map(\.id) == [1, 2, 4])
    }

    @Test("Numbers that do not rise, or that cannot be counted on from, are left out")
    func numbers() throws {
        try files().append([event(5), event(3), event(6), event(UInt64.max), event(1 << 53), event(7)])
        #expect(files().read(last: 10).map(\.id) == [5, 6, 7])
    }

    @Test("An event that needs too much room has its message cut")
    func longMessage() throws {
        try files().append([event(1, message: String(repeating: "x", count: 100_000)), event(2)])
        let events = files().read(last: 10)
        #expect(events.map(\.id) == [1, 2])
        #expect(events.first?.message.hasSuffix("x…") == true)
        #expect(try size("events.jsonl") <= 2 * EventFiles.maximumLineBytes)
    }

    @Test("A link or a pipe in the file's place is not written to")
    func notRegular() throws {
        let target = try directory.write("mine", to: "target")
        #expect(symlink(target, directory.path("events.jsonl")) == 0)
        #expect(throws: EventFiles.WriteFailure.self) { try files().append([event(1)]) }
        #expect(try directory.read("target") == Array("mine".utf8))
        #expect(unlink(directory.path("events.jsonl")) == 0 && mkfifo(directory.path("events.jsonl"), 0o600) == 0)
        #expect(throws: EventFiles.WriteFailure.self) { try files().append([event(1)]) }
        #expect(files().read(last: 10) == [])
    }
}
