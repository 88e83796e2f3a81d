import Media
import Synchronization

extension FlowHub {
    /// After so long without media a leg's peer gives way to another one, unless `lossAfter` is longer.
    public static let silenceLimit = Duration.seconds(5)

    /// Whether the leg's peer is connected and has brought nothing for so long that it counts as gone.
    func isSilent(_ token: Int) -> Bool {
        let now = clock()
        return state.withLock { state in
            guard let index = state.index(of: token), let connectedAt = state.legs[index].connectedAt else {
                return false
            }
            let last = max(connectedAt, state.legs[index].lastMedia ?? connectedAt)
            return now >= last.advanced(by: max(Self.silenceLimit, state.settings.selection.lossAfter))
        }
    }
}
