/// A value that is reached only under its lock.
public final class Locked<Value>: @unchecked Sendable {
    // Invariant: `value` is touched inside `withLock` only.
    @usableFromInline
    let lock = Lock()
    @usableFromInline
    var value: Value

    public init(_ value: sending Value) {
        self.value = value
    }

    @inlinable
    public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(&value) }
    }
}
