import FlowModel
import Foundation
import Glibc
import HeadgateTestKit
import Synchronization
import Testing

@testable import EventArchive

struct EventArchiveTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private final class Reports: Sendable {
        let all = Mutex<[EventArchive.Report]>([])
        func add(_ report: EventArchive.Report) { all.withLock { $0.append(report) } }
    }

    private func event(_ id: UInt64) -> RecordedEvent {
        RecordedEvent(FlowEvent(reason: "Switched", flow: "a", message: "x"), id: id, time: 5)
    }

    @Test("What is appended from many threads is on disk after a flush, and a new archive reads it")
    func appendAndRead() async throws {
        let archive = EventArchive(directory: directory.path) { _ in }
        await withDiscardingTaskGroup { group in
            for _ in 0..<4 { group.addTask { for _ in 0..<50 { archive.append(event(1)) } } }
        }
        for id in 2...10 as ClosedRange<UInt64> { archive.append(event(id)) }
        await archive.flush()
        let lines = try directory.read("events.jsonl").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 209)
        #expect(EventArchive(directory: directory.path) { _ in }.read(last: 5).map(\.id) == [6, 7, 8, 9, 10])
    }

    @Test("A folder that cannot be written is told once, and once more when it can, with what was lost")
    func failure() async throws {
        let reports = Reports()
        let folder = directory.path("later")
        let archive = EventArchive(directory: folder) { reports.add($0) }
        for id in 1...3 as ClosedRange<UInt64> {
            archive.append(event(id))
            await archive.flush()
        }
        #expect(reports.all.withLock { $0 } == [.failed("\(folder)/events.jsonl: No such file or directory")])
        try directory.makeDirectory("later")
        for id in 4...5 as ClosedRange<UInt64> {
            archive.append(event(id))
            await archive.flush()
        }
        #expect(reports.all.withLock { $0.last } == .recovered(lost: 3))
        #expect(reports.all.withLock { $0.count } == 2)
        #expect(archive.read(last: 10).map(\.id) == [4, 5])
    }

    @Test("A disk that does not keep up costs events and no memory, and they are counted")
    func slowDisk() async throws {
        let reports = Reports()
        let (opened, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // The first report holds the queue up, as a disk that does not answer would.
        let archive = EventArchive(directory: directory.path("later")) { report in
            reports.add(report)
            if case .failed = report {
                opened.signal()
                gate.wait()
            }
        }
        archive.append(event(1))
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                opened.wait()
                continuation.resume()
            }
        }
        try directory.makeDirectory("later")
        let beyond = 25
        for id in 2...UInt64(EventArchive.maximumWaiting + beyond + 1) { archive.append(event(id)) }
        gate.signal()
        await archive.flush()
        #expect(reports.all.withLock { $0.last } == .recovered(lost: UInt64(beyond) + 1))
        #expect(archive.read(last: 10_000).count == EventArchive.maximumWaiting)
    }
}
