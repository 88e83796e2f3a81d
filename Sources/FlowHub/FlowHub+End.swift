import Synchronization

extension FlowHub {
    /// The flow ends, leg by leg: none takes over from another from now on.
    public func end() {
        state.withLock { state in
            state.isEnding = true
            state.describeLegs()
        }
    }
}
