import FlowPlanner
import Foundation
import Synchronization

/// Gives RTP inputs without a `port` one from the range, and the same one again after a restart; and RTSP sessions over
/// UDP theirs.
final class PortAllocator: Sendable {
    /// RTP and RTCP of the main leg, and of the backup leg.
    static let defaultWidth: UInt16 = 4

    private struct State {
        var kept: [String: UInt16]
        var taken: [UInt16: String] = [:]
    }

    private let range: ClosedRange<UInt16>
    private let file: URL?
    private let state: Mutex<State>

    /// - Parameter file: where the choices are kept; nil keeps them in memory only.
    init(range: ClosedRange<UInt16>, file: String?) {
        self.range = range
        self.file = file.map { URL(fileURLWithPath: $0) }
        let data = self.file.flatMap { try? Data(contentsOf: $0) } ?? Data()
        // A damaged file costs the memory of earlier choices, nothing else.
        self.state = Mutex(State(kept: (try? JSONDecoder().decode([String: UInt16].self, from: data)) ?? [:]))
    }

    /// Calls `bind` with even ports until one works: the kept one first, then the range in order. The owner takes `width`
    /// ports from there on.
    ///
    /// - Parameters:
    ///   - owner: `flow/input`.
    ///   - width: how many ports in a row.
    ///   - isKept: Whether the choice is remembered for the owner's next time.
    ///   - bind: throws `PortInUse` to have the next port tried; any other failure ends the search.
    func allocate<Bound>(
        owner: String,
        width: UInt16 = defaultWidth,
        isKept: Bool = true,
        bind: (UInt16) throws(ApplyFailure) -> Bound
    ) throws(ApplyFailure) -> (port: UInt16, bound: Bound) {
        for port in candidates(owner: owner, width: width) where reserve(port, width: width, owner: owner) {
            do {
                let bound = try bind(port)
                if isKept { keep(port, owner: owner) }
                return (port, bound)
            } catch  where error.reason == "PortInUse" {
                release(owner: owner)
            } catch {
                release(owner: owner)
                throw error
            }
        }
        throw ApplyFailure(
            remedy: .retry,
            reason: "PortInUse",
            message: "no port is free in the range \(range.lowerBound)-\(range.upperBound)"
        )
    }

    /// Frees the ports for others; the choice stays remembered while nobody else needs it.
    func release(owner: String) {
        state.withLock { state in
            state.taken = state.taken.filter { $0.value != owner }
        }
    }

    /// Takes the block from `port` on before it is bound, as other flows look for ports at the same time.
    private func reserve(_ port: UInt16, width: UInt16, owner: String) -> Bool {
        state.withLock { state in
            let block = port...(port + (width - 1))
            guard block.allSatisfy({ state.taken[$0] == nil || state.taken[$0] == owner }) else { return false }
            for port in block { state.taken[port] = owner }
            return true
        }
    }

    private func candidates(owner: String, width: UInt16) -> [UInt16] {
        let even = stride(
            from: UInt32(range.lowerBound) + UInt32(range.lowerBound % 2),
            through: UInt32(range.upperBound),
            by: 2
        ).map { UInt16($0) }
        return state.withLock { state in
            func isFree(_ port: UInt16) -> Bool {
                port >= range.lowerBound && UInt32(port) + UInt32(width) - 1 <= UInt32(range.upperBound)
                    && (port...(port + width - 1)).allSatisfy {
                        state.taken[$0] == nil || state.taken[$0] == owner
                    }
            }
            let keptByOthers = state.kept.filter { $0.key != owner }.values.map { UInt32($0) }
            func isPromised(_ port: UInt16) -> Bool {
                keptByOthers.contains { abs(Int64($0) - Int64(port)) < Int64(max(width, Self.defaultWidth)) }
            }
            let kept = state.kept[owner].map { [$0] } ?? []
            // Ports that others were given before come last, so that those get theirs again.
            let fresh = even.filter { !isPromised($0) }
            return (kept + fresh + even.filter(isPromised)).filter(isFree)
        }
    }

    private func keep(_ port: UInt16, owner: String) {
        let data = state.withLock { state in
            let changed = state.kept[owner] != port
            state.kept[owner] = port
            return changed ? try? JSONEncoder().encode(state.kept) : nil
        }
        guard let file, let data else { return }
        // Without the file the choice lasts as long as the process.
        try? data.write(to: file, options: .atomic)
    }
}
