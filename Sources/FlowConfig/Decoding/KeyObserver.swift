/// Notes which keys the decoder asks for, so that a test can hold the decoder and the schema to each other.
final class KeyObserver {
    /// By the name of the schema's definition.
    private(set) var keys: [String: Set<String>] = [:]

    func decoderAsked(for key: String, of definition: String) {
        keys[definition, default: []].insert(key)
    }
}
