import Synchronization

final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    func count(_ number: Int = 1) { count.add(number, ordering: .sequentiallyConsistent) }
}
