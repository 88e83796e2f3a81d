/// Small named contents that outlive the process.
///
/// Names are relative paths, `last-good/0a1b…`. A store never throws: state is a help for the next start, and the
/// gateway runs without it.
package protocol StateStore: Sendable {
    func read(_ name: String) -> [UInt8]?
    /// Replaces the content as a whole. Returns why it could not, or nil.
    func write(_ bytes: [UInt8], to name: String) -> String?
    func remove(_ name: String)
    /// The names below a folder, each with the folder in front.
    func list(_ folder: String) -> [String]
}
