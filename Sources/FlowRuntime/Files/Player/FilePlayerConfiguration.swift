import FlowModel

/// Which file is played, and how.
struct FilePlayerConfiguration: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        /// A path.
        case path(String)
        /// A clip that ships with the gateway, by the name after `builtin:`.
        case builtin(String)
        /// The stream itself; `name` is what it is called in messages.
        case bytes([UInt8], name: String)
    }

    var source: Source
    /// Starts again at the end, with timestamps that go on.
    var loop: Bool

    init(source: Source, loop: Bool) {
        self.source = source
        self.loop = loop
    }

    init(_ input: FileInput) {
        switch input.path {
        case .file(let path): source = .path(path)
        case .builtin(let name): source = .builtin(name)
        }
        loop = input.loop
    }

    /// As in the flow file: a path, or `builtin:demo`.
    var name: String {
        switch source {
        case .path(let path): path
        case .builtin(let name): "builtin:\(name)"
        case .bytes(_, let name): name
        }
    }
}
