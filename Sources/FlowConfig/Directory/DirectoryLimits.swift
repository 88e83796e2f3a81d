/// How much of a folder tree is read.
public struct DirectoryLimits: Hashable, Sendable {
    /// Of one file; a larger one is refused.
    public var maximumFileBytes: Int
    /// Levels of folders, the directory itself being the first.
    public var maximumDepth: Int
    /// Entries of all folders together, whatever they are.
    public var maximumEntries: Int
    /// Of all files together.
    public var maximumTotalBytes: Int

    public init(
        maximumFileBytes: Int = FlowLoader.maximumFileBytes,
        maximumDepth: Int = 16,
        maximumEntries: Int = 200_000,
        maximumTotalBytes: Int = 512 << 20
    ) {
        self.maximumFileBytes = maximumFileBytes
        self.maximumDepth = maximumDepth
        self.maximumEntries = maximumEntries
        self.maximumTotalBytes = maximumTotalBytes
    }
}
