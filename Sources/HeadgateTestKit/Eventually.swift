/// A condition that did not come true in time.
public struct DeadlineExceeded: Error, CustomStringConvertible {
    public var description: String

    public init(description: String) { self.description = description }
}

/// Looks at `condition` again and again until it holds.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - timeout: generous; a test that passes does not use it.
///   - interval: from one look to the next.
///   - detail: what to add to the error.
public func eventually(
    _ what: String,
    within timeout: Duration = .seconds(60),
    every interval: Duration = .milliseconds(10),
    isolation: isolated (any Actor)? = #isolation,
    detail: () -> String = { "" },
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: timeout)
    var lastError: (any Error)?
    while true {
        do {
            if try await condition() { return }
            lastError = nil
        } catch {
            lastError = error
        }
        guard clock.now < deadline else { break }
        try await clock.sleep(for: interval)
    }
    let errorText = lastError.map { ": \($0)" } ?? ""
    throw DeadlineExceeded(description: "not within \(timeout): \(what)\(errorText) \(detail())")
}
