/// What decoding needs besides the nodes.
struct DecodingContext {
    var sink: DiagnosticSink
    /// Absolute; relative paths are resolved against it.
    var baseDirectory: String
    var observer: KeyObserver?

    /// An absolute path without `.` components and doubled slashes. `..` stays: links decide what it means.
    func resolved(_ path: String) -> String {
        let whole = path.utf8.first == UInt8(ascii: "/") ? path : "\(baseDirectory)/\(path)"
        guard whole.contains("//") || whole.contains("/./") || whole.hasSuffix("/.") else { return whole }
        let parts = whole.split(separator: "/").filter { $0 != "." }
        return "/" + parts.joined(separator: "/")
    }
}
