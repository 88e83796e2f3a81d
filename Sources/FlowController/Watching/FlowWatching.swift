/// Tells that something may have changed. What changed is for a look at the directory to find out.
package protocol FlowWatching: Sendable {
    /// Calls `onChange` from any thread from now on.
    func start(onChange: @escaping @Sendable () -> Void)
    /// Called before each look, so that what changes after it is not missed.
    func prepareForLook()
    /// Files outside the directory that count as well: those that hold secrets.
    func watch(files: Set<String>)
    func stop()
}
