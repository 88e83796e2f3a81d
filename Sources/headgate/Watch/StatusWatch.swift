import StatusViews
import Synchronization
import UnixSignals

/// Shows a view again each second until it is interrupted: over the last one on a terminal, below it elsewhere.
final class StatusWatch: Sendable {
    private static let interval: Duration = .seconds(1)

    private struct State {
        var exitCode: Int32 = 0
        /// What was shown last of a gateway that answered, and when.
        var lastOutput: (text: String, time: ContinuousClock.Instant)?
        /// What was said last about one that did not.
        var lastError = ""
    }

    private let view: @Sendable () async -> StatusCommand.View
    private let isLines: Bool
    private let state = Mutex(State())

    /// - Parameter isLines: each view is a line for another program, wherever it goes.
    init(isLines: Bool, view: @escaping @Sendable () async -> StatusCommand.View) {
        self.isLines = isLines
        self.view = view
    }

    /// Returns the exit code of the view that was shown last.
    func run() async -> Int32 {
        // Trapped before the terminal is changed, so that it is put back whatever comes.
        let interruptions = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let isTerminal = Console.outputIsTerminal && !isLines
        if isTerminal { Console.output(TerminalFrame.enter) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in interruptions { break } }
            group.addTask { await self.repeatView(onTerminal: isTerminal) }
            await group.next()
            group.cancelAll()
        }
        if isTerminal { Console.output(TerminalFrame.leave) }
        return state.withLock { $0.exitCode }
    }

    /// Returns when nobody looks any more.
    private func repeatView(onTerminal isTerminal: Bool) async {
        while !Task.isCancelled {
            let view = await view()
            guard !Task.isCancelled else { return }
            guard isTerminal ? draw(view) : append(view) else { return }
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func draw(_ view: StatusCommand.View) -> Bool {
        let text = state.withLock { state in
            state.exitCode = view.exitCode
            guard !view.error.isEmpty else {
                state.lastOutput = (view.output, .now)
                return view.output
            }
            let last = state.lastOutput.map {
                "\nThe last answer, \($0.time.duration(to: .now).components.seconds)s ago:\n\n" + $0.text
            }
            return "headgate: \(view.error)\n" + (last ?? "")
        }
        // What a terminal that does not tell its size is taken for.
        let size = Console.terminalSize ?? (columns: 80, rows: 24)
        return Console.output(TerminalFrame(columns: size.columns, rows: size.rows).render(text))
    }

    private func append(_ view: StatusCommand.View) -> Bool {
        let isNews = state.withLock { state in
            defer { (state.exitCode, state.lastError) = (view.exitCode, view.error) }
            return view.error != state.lastError
        }
        if isNews, !view.error.isEmpty { Console.error("headgate: \(view.error)") }
        return view.output.isEmpty || Console.output(view.output + (isLines ? "" : "\n"))
    }
}
