import FlowPlanner
import Foundation
import Testing

@testable import FlowRuntime

@Suite("Ports for RTP inputs without one")
struct PortAllocatorTests {
    private static let inUse = ApplyFailure(remedy: .retry, reason: "PortInUse", message: "taken")

    private func allocate(
        _ allocator: PortAllocator,
        _ owner: String,
        taken: Set<UInt16> = []
    ) throws -> UInt16 {
        try allocator.allocate(owner: owner) { port throws(ApplyFailure) in
            if taken.contains(port) { throw Self.inUse }
        }.port
    }

    @Test("Owners get even ports of their own, with room for RTCP and a backup leg")
    func disjoint() throws {
        let allocator = PortAllocator(range: 20_001...20_020, file: nil)
        #expect(try allocate(allocator, "a/x") == 20_002)
        #expect(try allocate(allocator, "b/x") == 20_006)
        #expect(try allocate(allocator, "c/x", taken: [20_010]) == 20_012)
    }

    @Test("The choice survives a restart, whatever the order of starting")
    func kept() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let first = PortAllocator(range: 20_000...20_100, file: file)
        let a = try allocate(first, "a/x")
        let b = try allocate(first, "b/x")
        let second = PortAllocator(range: 20_000...20_100, file: file)
        #expect(try allocate(second, "new/x") != a)
        #expect(try allocate(second, "b/x") == b)
        #expect(try allocate(second, "a/x") == a)
    }

    @Test("What is for a while only is not remembered, and takes ports last that were promised to others")
    func notKept() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let allocator = PortAllocator(range: 20_000...20_011, file: file)
        func session(_ owner: String) throws -> UInt16 {
            try allocator.allocate(owner: owner, width: 2, isKept: false) { _ throws(ApplyFailure) in }.port
        }
        #expect(try session("session 1") == 20_000)
        #expect(!FileManager.default.fileExists(atPath: file))
        allocator.release(owner: "session 1")
        #expect(try allocate(allocator, "a/x") == 20_000)
        allocator.release(owner: "a/x")
        // What a/x had is free at present, and promised.
        #expect(try session("session 2") == 20_004)
        #expect(try session("session 3") == 20_006)
        #expect(try allocate(allocator, "a/x") == 20_000)
        allocator.release(owner: "a/x")
        #expect(try (4...7).map { try session("session \($0)") } == [20_008, 20_010, 20_000, 20_002])
        #expect(throws: ApplyFailure.self) { try session("session 8") }
        let again = PortAllocator(range: 20_000...20_011, file: file)
        #expect(try allocate(again, "a/x") == 20_000)
    }

    @Test("A damaged file is no obstacle")
    func damaged() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("[broken".utf8).write(to: file)
        #expect(try allocate(PortAllocator(range: 20_000...20_010, file: file.path), "a/x") == 20_000)
    }

    @Test("A full range says so, and a released port can be had again")
    func exhausted() throws {
        let allocator = PortAllocator(range: 20_000...20_003, file: nil)
        #expect(try allocate(allocator, "a/x") == 20_000)
        #expect(throws: ApplyFailure.self) { try allocate(allocator, "b/x") }
        allocator.release(owner: "a/x")
        #expect(try allocate(allocator, "b/x") == 20_000)
    }

    @Test("Flows that look for ports at the same time never get overlapping ones")
    func concurrent() async {
        let allocator = PortAllocator(range: 20_000...20_999, file: nil)
        let ports = await withTaskGroup(of: UInt16?.self) { group in
            for index in 0..<100 { group.addTask { try? allocate(allocator, "flow\(index)/x") } }
            return await group.reduce(into: [UInt16]()) { if let port = $1 { $0.append(port) } }
        }
        #expect(ports.count == 100)
        let sorted = ports.sorted()
        #expect(zip(sorted.dropFirst(), sorted).allSatisfy { $0 - $1 >= PortAllocator.defaultWidth })
    }

    @Test("A failure other than a port in use ends the search")
    func otherFailure() {
        let allocator = PortAllocator(range: 20_000...20_100, file: nil)
        var attempts = 0
        #expect(throws: ApplyFailure.self) {
            try allocator.allocate(owner: "a/x") { _ throws(ApplyFailure) in
                attempts += 1
                throw ApplyFailure(remedy: .retry, reason: "NoSuchInterface", message: "no eth9")
            }
        }
        #expect(attempts == 1)
    }
}
