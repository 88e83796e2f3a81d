public import FlowConfig
public import FlowModel

/// A flow file with its place below the folder that was named.
public struct CollectedFile: Sendable {
    public var file: FlowFile
    /// `sub/a.yaml`; the last component for a file that was named itself.
    public var relativePath: String
}

/// Finds the files that paths stand for.
public struct FileCollector {
    public private(set) var files: [CollectedFile] = []
    /// What is there but cannot be read: files and sub-folders.
    public private(set) var unreadable: [Diagnostic] = []
    /// What is not there at all.
    public private(set) var failures: [String] = []
    /// Paths as messages show them, in the order in which they were found.
    private var order: [String] = []

    private let standardInputDescriptor: Int32
    private var seen: Set<String> = []

    /// - Parameter standardInputDescriptor: read when `-` is collected.
    public init(standardInputDescriptor: Int32 = 0) {
        self.standardInputDescriptor = standardInputDescriptor
    }

    /// Whether the path is a folder, and stands for all that is in it.
    public static func isFolder(_ path: String) -> Bool {
        guard path != FlowValidation.standardInput, case .folder = NamedFile(path: path) else { return false }
        return true
    }

    /// Where a file lies, with the links above it followed; nil when there is no such folder.
    public static func location(of file: FlowFile) -> String? {
        guard let folder = NamedFile.absolutePath(file.baseDirectory) else { return nil }
        return "\(folder == "/" ? "" : folder)/\(file.path.split(separator: "/").last ?? "")"
    }

    /// Adds a file, all files of a folder, or `-`.
    public mutating func collect(_ path: String) {
        if path == FlowValidation.standardInput {
            collectPipe(path) { [standardInputDescriptor] () throws(PipeContent.ReadError) in
                try PipeContent.read(descriptor: standardInputDescriptor)
            }
            return
        }
        switch NamedFile(path: path) {
        case .missing(let cause): failures.append("\(path): \(cause)")
        case .folder: collectFolder(path)
        case .shellPipe: collectPipe(path) { () throws(PipeContent.ReadError) in try PipeContent.read(path: path) }
        case .file: collectFile(path)
        }
    }

    mutating func collectFolder(_ path: String) {
        let reader = DirectoryReader(path: path)
        let snapshot = reader.read()
        if let problem = snapshot.problem { failures.append("\(problem)") }
        for folder in snapshot.unreadableFolders { refuse(folder.problem) }
        for file in snapshot.files {
            switch file.content {
            case .bytes(let bytes): add(reader.flowFile(file.path, bytes: bytes), relativePath: file.path)
            case .unreadable(let problem): refuse(problem)
            }
        }
    }

    private mutating func collectFile(_ path: String) {
        switch DirectoryReader.readFile(path) {
        case .bytes(let bytes):
            let name = path.split(separator: "/").last.map(String.init) ?? path
            add(DirectoryReader.flowFile(path: path, bytes: bytes), relativePath: name)
        case .unreadable(let problem):
            refuse(problem)
        }
    }

    private mutating func collectPipe(_ path: String, _ read: () throws(PipeContent.ReadError) -> [UInt8]) {
        do {
            let base = NamedFile.absolutePath(".") ?? "/"
            add(FlowFile(path: path, bytes: try read(), baseDirectory: base), relativePath: path)
        } catch {
            failures.append("\(path): \(error.cause)")
        }
    }

    private mutating func refuse(_ problem: Diagnostic) {
        order.append(problem.file)
        unreadable.append(problem)
    }

    /// A file that is named twice, or by itself and by its folder, is checked once.
    private mutating func add(_ file: FlowFile, relativePath: String) {
        guard seen.insert(NamedFile.absolutePath(file.path) ?? file.path).inserted else { return }
        order.append(file.path)
        files.append(CollectedFile(file: file, relativePath: relativePath))
    }

    /// In the order of the files; within one in the order of its text.
    public func inOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        let positions = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        let keyed = diagnostics.enumerated().map { index, diagnostic in
            (key: (positions[diagnostic.file] ?? order.count, diagnostic.line, diagnostic.column, index), diagnostic)
        }
        return keyed.sorted { $0.key < $1.key }.map(\.1)
    }
}
