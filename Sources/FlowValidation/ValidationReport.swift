public import FlowModel

/// What came of checking files.
public struct ValidationReport: Hashable, Sendable {
    public var fileCount = 0
    public var flowCount = 0
    /// Of all files, in the order in which they were named; within a file in the order of its text.
    public var diagnostics: [Diagnostic] = []
    /// The flows of the files without an error, which a gateway would run.
    public var accepted: [FlowSpec] = []
    /// What could not be checked at all, one sentence each.
    public var failures: [String] = []

    public init() {}

    public var errorCount: Int { diagnostics.count { $0.severity == .error } }
    public var warningCount: Int { diagnostics.count { $0.severity == .warning } }

    /// 0 valid, 1 invalid, 2 could not check.
    public var exitCode: Int32 {
        if !failures.isEmpty { return 2 }
        return errorCount > 0 ? 1 : 0
    }

    /// `3 files, 5 flows, 2 errors`
    public var summary: String {
        var parts = [count(fileCount, "file"), count(flowCount, "flow"), count(errorCount, "error")]
        if warningCount > 0 { parts.append(count(warningCount, "warning")) }
        return parts.joined(separator: ", ")
    }

    private func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
