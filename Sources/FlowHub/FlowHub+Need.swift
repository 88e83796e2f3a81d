import Media
import Synchronization

extension FlowHub {
    /// An input that runs only while it is needed.
    struct ColdInput: Sendable {
        let name: String
        /// Returns whether what was asked for was done.
        let onChange: @Sendable (Bool) -> Bool
        var isRunning = false
        /// Since when it is not needed any more.
        var idleSince: MonotonicTime?
    }

    /// Tells from now on whether an input is needed: while no leg of another is well and live, except for those that only
    /// fill in, and as long as it feeds the outputs. It is no longer needed after `recoverAfter` without need.
    ///
    /// - Parameter onChange: called with each tick at which it is to change, until it returns that it has; on the thread of
    ///   the ticks, without the flow's lock.
    public func watchNeed(ofInput name: String, onChange: @escaping @Sendable (Bool) -> Bool) {
        state.withLock { $0.coldInputs.append(ColdInput(name: name, onChange: onChange)) }
    }

    public func forgetNeed(ofInput name: String) {
        state.withLock { state in state.coldInputs.removeAll { $0.name == name } }
    }

    func tellNeeds(at now: MonotonicTime) {
        let changes = state.withLock { state in state.changesOfNeed(at: now) }
        for (input, isNeeded) in changes where input.onChange(isNeeded) {
            state.withLock { state in
                guard let index = state.coldInputs.firstIndex(where: { $0.name == input.name }) else { return }
                state.coldInputs[index].isRunning = isNeeded
            }
        }
    }
}

extension FlowHub.State {
    fileprivate mutating func changesOfNeed(at now: MonotonicTime) -> [(FlowHub.ColdInput, Bool)] {
        guard !coldInputs.isEmpty else { return [] }
        var changes: [(FlowHub.ColdInput, Bool)] = []
        for index in coldInputs.indices {
            let input = coldInputs[index]
            let own = Set(legs.filter { $0.id.input == input.name }.map(\.token))
            let feeds = selector.active.map(own.contains) ?? false
            let isNeeded = feeds || !selector.hasHealthyLeg(otherThan: own, at: now)
            if isNeeded {
                coldInputs[index].idleSince = nil
                if !input.isRunning { changes.append((input, true)) }
            } else if input.isRunning {
                let since = input.idleSince ?? now
                coldInputs[index].idleSince = since
                if now >= since.advanced(by: settings.selection.recoverAfter) { changes.append((input, false)) }
            }
        }
        return changes
    }
}
