import FlowModel
import FlowPlanner

extension FlowController {
    /// Intent and reality of every flow and file, as of now.
    public func status() async -> ControllerStatus {
        let reports = Dictionary(await applier.reports().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let now = time.wallTime()
        for (name, report) in reports {
            let previous = records[name]?.latencyCondition
            records[name]?.latencyCondition = Condition(latencyIn: report, previous: previous, now: now)
        }
        return ControllerStatus(
            flows: records.values.sorted { $0.name < $1.name }.map {
                StatusMerge.status(of: $0, report: reports[$0.name])
            },
            files: folderProblems.map(FileStatus.init(folderProblem:)) + files,
            reconcile: reconcile,
            ready: isReady
        )
    }

    /// Brings the conditions of these flows up to date, so that they carry the time of the change.
    func refreshConditions(of names: some Sequence<String>) {
        let now = time.wallTime()
        for name in names {
            guard let record = records[name] else { continue }
            let conditions = ConditionTable.conditions(
                for: record.facts(observed: observed[name]),
                previous: record.conditions,
                now: now
            )
            if conditions != record.conditions { records[name]?.conditions = conditions }
        }
    }
}

extension FileStatus {
    /// A folder that cannot be read stands in the list like a file that cannot.
    fileprivate init(folderProblem problem: Diagnostic) {
        self.init(path: problem.file, diskHash: "", runningHash: "", valid: false, problems: [FileProblem(problem)])
    }
}
