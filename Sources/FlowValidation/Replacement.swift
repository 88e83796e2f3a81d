import FlowConfig
import FlowModel

/// Which files of a folder the checked files will take the place of, so that a new version of a file does not
/// collide with the old one.
struct Replacement {
    private var paths: Set<String> = []
    private var names: Set<String> = []
    /// Flows in files whose own names say nothing: standard input, and the temporary files that configuration
    /// management checks before it moves them into place.
    private var flowsOfNameless: Set<String> = []

    init(files: [CollectedFile], loaded: [LoadedFile]) {
        for (file, loadedFile) in zip(files, loaded) {
            if let path = NamedFile.absolutePath(file.file.path) { paths.insert(path) }
            if FlowFileName.counts(file.relativePath.split(separator: "/").last ?? "") {
                names.insert(file.relativePath)
            } else {
                flowsOfNameless.formUnion(loadedFile.specs.map(\.name))
            }
        }
    }

    func replaces(_ file: CollectedFile, _ loaded: LoadedFile) -> Bool {
        names.contains(file.relativePath)
            || NamedFile.absolutePath(file.file.path).map(paths.contains) ?? false
            || loaded.specs.contains { flowsOfNameless.contains($0.name) }
    }
}
