import Synchronization

/// Hands out elements to several workers, each once.
final class WorkQueue<Element: Sendable>: Sendable {
    private let elements: [Element]
    private let position = Atomic<Int>(0)

    init(_ elements: [Element]) {
        self.elements = elements
    }

    func next() -> Element? {
        let index = position.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < elements.count ? elements[index] : nil
    }
}
