/// Gathers changes that come close together, and says when to look at the result.
///
/// It fires at the trailing edge, after `quiet` without a change. When changes go on and on it also fires every
/// `maximumWait`, and still once more after the last of them, so no change is ever left unseen.
public struct Debounce: Hashable, Sendable {
    public enum Firing: Hashable, Sendable {
        /// Nothing has changed for a while.
        case settled
        /// Changes are still coming in.
        case inMotion
    }

    public let quiet: Duration
    public let maximumWait: Duration
    private var firstChange: Duration?
    private var lastChange = Duration.zero

    public init(quiet: Duration, maximumWait: Duration) {
        self.quiet = quiet
        self.maximumWait = max(quiet, maximumWait)
    }

    /// When `fire(at:)` wants to be called, or nil while there is nothing to wait for.
    public var deadline: Duration? {
        firstChange.map { min(lastChange + quiet, $0 + maximumWait) }
    }

    public mutating func changed(at now: Duration) {
        if firstChange == nil { firstChange = now }
        lastChange = now
    }

    /// Returns nil as long as the deadline has not come.
    public mutating func fire(at now: Duration) -> Firing? {
        guard let firstChange else { return nil }
        if now >= lastChange + quiet {
            self.firstChange = nil
            return .settled
        }
        guard now >= firstChange + maximumWait else { return nil }
        // Armed again: the last change gets its trailing edge as well.
        self.firstChange = now
        return .inMotion
    }
}
