import Media

/// Elements by the time they are due: a binary heap.
struct DueQueue<Element> {
    private var heap: [(due: MonotonicTime, element: Element)] = []

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }
    var nextDue: MonotonicTime? { heap.first?.due }

    mutating func insert(_ element: Element, due: MonotonicTime) {
        heap.append((due, element))
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].due < heap[parent].due else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    /// Takes the first element that is due by `now`.
    mutating func popDue(by now: MonotonicTime) -> Element? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        return first.element
    }

    mutating func removeAll(where isRemoved: (Element) -> Bool) {
        heap.removeAll { isRemoved($0.element) }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if heap[child].due < heap[smallest].due { smallest = child }
            }
            if smallest == index { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
