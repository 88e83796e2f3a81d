/// The raw bytes of every flow file as it was accepted last, so that a restart finds them when the file is broken.
struct LastGoodStore: Sendable {
    private static let folder = "last-good"
    private let state: any StateStore
    /// Paths are kept relative to the absolute directory, so `--flows` may be spelled either way.
    private let directory: (name: String, absolute: String)

    init(state: any StateStore, directory: String, absoluteDirectory: String) {
        self.state = state
        self.directory = (directory, absoluteDirectory)
    }

    func read(_ path: String) -> [UInt8]? { state.read(name(path)) }

    /// Returns why it could not be kept, or nil. Content that is kept already is not written again.
    func save(_ bytes: [UInt8], for path: String) -> String? {
        if read(path) == bytes { return nil }
        return state.write(bytes, to: name(path))
    }

    func remove(_ path: String) { state.remove(name(path)) }

    /// Forgets files that were deleted while the gateway was down.
    func removeAll(but paths: some Sequence<String>) {
        let kept = Set(paths.map(name))
        for name in state.list(Self.folder) where !kept.contains(name) { state.remove(name) }
    }

    private func name(_ path: String) -> String {
        let absolute = path.hasPrefix(directory.name) ? directory.absolute + path.dropFirst(directory.name.count) : path
        return "\(Self.folder)/\(ContentHash.hex(of: Array(absolute.utf8)))"
    }
}
