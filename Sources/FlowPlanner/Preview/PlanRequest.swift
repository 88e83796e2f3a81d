/// Flow files whose effect on a running gateway is asked for, without any of them being put in place.
public struct PlanRequest: Hashable, Sendable {
    /// What the files stand for.
    public enum Scope: String, Hashable, Sendable, Codable {
        /// All that the flows directory shall hold: a running flow that none of them declares would be deleted.
        case folder
        /// One file that joins the others, or takes the place of the one that it is.
        case file
    }

    public struct File: Hashable, Sendable {
        /// As the operator names it; diagnostics show it so.
        public var path: String
        /// In a folder the path below it; of a lone file its absolute path, or nothing when it has none. It is compared
        /// with the paths of files that run, and never opened.
        public var location: String
        public var bytes: [UInt8]

        public init(path: String, location: String, bytes: [UInt8]) {
            self.path = path
            self.location = location
            self.bytes = bytes
        }
    }

    public var scope: Scope
    public var files: [File]

    public init(scope: Scope, files: [File]) {
        self.scope = scope
        self.files = files
    }
}
