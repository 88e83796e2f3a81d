import FlowConfig
import FlowModel

/// A flow file with its place below the folder that was named.
struct CollectedFile: Sendable {
    var file: FlowFile
    /// `sub/a.yaml`; the last component for a file that was named itself.
    var relativePath: String
}

/// Finds the files that paths stand for.
struct FileCollector {
    private(set) var files: [CollectedFile] = []
    /// What is there but cannot be read: files and sub-folders.
    private(set) var unreadable: [Diagnostic] = []
    /// What is not there at all.
    private(set) var failures: [String] = []
    /// Paths as messages show them, in the order in which they were found.
    private(set) var order: [String] = []

    private let standardInputDescriptor: Int32
    private var seen: Set<String> = []

    init(standardInputDescriptor: Int32) {
        self.standardInputDescriptor = standardInputDescriptor
    }

    mutating func collect(_ path: String) {
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
}
