import Synchronization
import Testing

/// How much of the machine a test needs. Tests that stream run a few at a time, tests that measure run alone: otherwise
/// they would measure each other.
struct MachineShare: TestTrait, SuiteTrait, TestScoping {
    private static let whole = 4
    private static let queue = ShareQueue(whole)

    var isRecursive: Bool { true }
    fileprivate let shares: Int

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        // A suite's scope would hold its share around its tests, which would then wait for ever.
        guard testCase != nil else { return try await function() }
        await Self.queue.take(shares)
        do {
            try await function()
        } catch {
            await Self.queue.give(shares)
            throw error
        }
        await Self.queue.give(shares)
    }
}

extension Trait where Self == MachineShare {
    /// One of four that may run beside each other.
    static var shared: Self { MachineShare(shares: 1) }
    /// Nothing else runs.
    static var alone: Self { MachineShare(shares: 4) }
}

/// Hands out shares in the order in which they were asked for.
private actor ShareQueue {
    private var free: Int
    private var waiting: [(shares: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(_ shares: Int) { free = shares }

    func take(_ shares: Int) async {
        if waiting.isEmpty, free >= shares {
            free -= shares
        } else {
            await withCheckedContinuation { waiting.append((shares, $0)) }
        }
    }

    func give(_ shares: Int) {
        free += shares
        while let next = waiting.first, free >= next.shares {
            waiting.removeFirst()
            free -= next.shares
            next.continuation.resume()
        }
    }
}
