/// The bytes of one flow file, with the names that messages and relative paths need.
public struct FlowFile: Sendable, Hashable {
    /// The file as the operator names it, `flows.d/a.yaml`, or `-` for standard input.
    public var path: String
    public var bytes: [UInt8]
    /// An absolute folder: relative paths in the file are resolved against it.
    public var baseDirectory: String

    public init(path: String, bytes: [UInt8], baseDirectory: String) {
        self.path = path
        self.bytes = bytes
        self.baseDirectory = baseDirectory
    }
}
