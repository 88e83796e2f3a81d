public import FlowConfig
public import FlowModel

/// Checks flow files and folders without touching a socket or a running gateway.
public struct FlowValidation: Sendable {
    /// Stands for standard input among paths.
    public static let standardInput = "-"

    /// Files, folders, or `-`.
    public var paths: [String]
    /// A folder whose flows the files will join: rules across files hold against these as well.
    public var against: String?
    /// A JSON Schema with an organisation's own rules.
    public var policy: String?
    /// What the caps of all flows together must not exceed; nil for no limit.
    public var capacity: BitRate?
    /// The ports that the gateway takes for itself.
    public var gateway: GatewayPorts

    public init(
        paths: [String],
        against: String? = nil,
        policy: String? = nil,
        capacity: BitRate? = nil,
        gateway: GatewayPorts = .defaults
    ) {
        self.gateway = gateway
        self.paths = paths
        self.against = against
        self.policy = policy
        self.capacity = capacity
    }

    /// - Parameter standardInputDescriptor: read when `-` is among the paths.
    public func run(standardInputDescriptor: Int32 = 0) async -> ValidationReport {
        var report = ValidationReport()
        let loader: FlowLoader
        switch makeLoader() {
        case .success(let made): loader = made
        case .failure(let failure):
            report.failures.append(failure.sentence)
            return report
        }
        var collector = FileCollector(standardInputDescriptor: standardInputDescriptor)
        for path in paths { collector.collect(path) }
        report.failures += collector.failures

        let loaded = await Self.load(collector.files, with: loader)
        let established = await establishedFiles(beside: collector.files, loaded, &report)
        report.fileCount = collector.files.count + collector.unreadable.count
        report.flowCount = loaded.reduce(0) { $0 + $1.flows.count }
        let crossing = DirectoryRules.check(
            loaded,
            established: established,
            gateway: gateway,
            capacity: capacity
        )
        report.diagnostics = collector.inOrder(
            collector.unreadable + loaded.flatMap(\.diagnostics) + crossing
        )
        let refused = Set(report.diagnostics.filter { $0.severity == .error }.map(\.file))
        report.accepted = loaded.filter { !refused.contains($0.path) }.flatMap(\.specs)
        return report
    }

    private struct Failure: Error {
        var sentence: String
    }

    private func makeLoader() -> Result<FlowLoader, Failure> {
        guard let policy else { return .success(FlowLoader()) }
        switch DirectoryReader.readFile(policy) {
        case .unreadable(let problem):
            return .failure(Failure(sentence: "the policy cannot be read: \(problem)"))
        case .bytes(let bytes):
            do {
                return .success(FlowLoader(policy: try FlowPolicy(parsing: bytes)))
            } catch {
                return .failure(Failure(sentence: "the policy \(policy) cannot be used: \(error)"))
            }
        }
    }

    /// The valid files of the folder to join, without those that the checked ones replace.
    private func establishedFiles(
        beside files: [CollectedFile],
        _ loaded: [LoadedFile],
        _ report: inout ValidationReport
    ) async -> [LoadedFile] {
        guard let against else { return [] }
        var collector = FileCollector(standardInputDescriptor: -1)
        collector.collectFolder(against)
        report.failures += collector.failures
        // What runs there claims its ports whether or not it follows this policy.
        let candidates = await Self.load(collector.files, with: FlowLoader())
        let replacement = Replacement(files: files, loaded: loaded)
        return zip(collector.files, candidates).compactMap { file, candidate in
            candidate.isValid && !replacement.replaces(file, candidate) ? candidate : nil
        }
    }

    /// Loads on all processors; the result has the files' order.
    private static func load(_ files: [CollectedFile], with loader: FlowLoader) async -> [LoadedFile] {
        let chunkSize = 256
        return await withTaskGroup(of: (Int, [LoadedFile]).self) { group in
            for start in stride(from: 0, to: files.count, by: chunkSize) {
                let chunk = files[start..<min(start + chunkSize, files.count)]
                group.addTask { (start, chunk.map { loader.load($0.file) }) }
            }
            var parts: [Int: [LoadedFile]] = [:]
            for await (start, part) in group { parts[start] = part }
            return parts.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}
