import FoundationEssentials

/// How often each flow's spec was changed, over restarts.
struct GenerationStore: Sendable {
    struct Record: Codable, Hashable, Sendable {
        var generation: Int
        /// Of the file content that has this generation.
        var hash: String
    }

    private static let name = "generations.json"
    private let state: any StateStore

    init(state: any StateStore) {
        self.state = state
    }

    func read() -> [String: Record] {
        guard let bytes = state.read(Self.name),
            let records = try? JSONDecoder().decode([String: Record].self, from: Data(bytes))
        else { return [:] }
        return records.filter { $0.value.generation > 0 && $0.value.generation < Int.max / 2 }
    }

    /// Returns why they could not be kept, or nil.
    func write(_ records: [String: Record]) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(records) else { return nil }
        return state.write(Array(data), to: Self.name)
    }
}
