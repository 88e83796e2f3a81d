/// Where a secret's value comes from.
public enum SecretSource: Hashable, Sendable {
    /// Written in the flow file itself.
    case literal(String)
    /// The content of a file, one trailing newline stripped; an absolute path.
    case file(String)
    /// An environment variable of the gateway.
    case environment(String)
}

/// A passphrase, stream key or password: its source and, once read, its value.
///
/// It never prints its value: descriptions, reflection and interpolation show `<secret>`.
public struct Secret: Hashable, Sendable {
    public let source: SecretSource
    /// The value, or nil while the source has not been read yet.
    public private(set) var value: String?

    public init(_ source: SecretSource) {
        self.source = source
        if case .literal(let value) = source { self.value = value }
    }

    /// The same secret with the value that its source held.
    public func resolved(_ value: String) -> Secret {
        var copy = self
        copy.value = value
        return copy
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretSource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where the secret is kept, never what it is.
    public var description: String {
        switch self {
        case .literal: "<secret>"
        case .file(let path): "file \(path)"
        case .environment(let name): "environment variable \(name)"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
