import Glibc

/// Removes finished segments that are older than they are to be kept.
///
/// Only regular files go whose whole path the pattern can have made; links and unfinished files stay.
enum SegmentRetention {
    /// Files removed in one sweep.
    static let maximumRemovals = 100

    /// - Parameters:
    ///   - oldest: files last written before this, in seconds since 1970, are removed.
    /// - Returns: how many files were removed.
    static func sweep(_ pattern: SegmentPattern, oldest: Int64) -> Int {
        let finder = SegmentFinder(pattern)
        var aged: [(path: String, written: Int64)] = []
        for path in finder.files {
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if Int64(status.st_mtim.tv_sec) < oldest { aged.append((path, Int64(status.st_mtim.tv_sec))) }
        }
        var removed = 0
        for file in aged.sorted(by: { $0.written < $1.written }).prefix(maximumRemovals)
        where unlink(file.path) == 0 {
            removed += 1
        }
        // Folders that the pattern named and that are empty now: rmdir takes no others.
        if removed > 0 { for folder in finder.folders { rmdir(folder) } }
        return removed
    }
}
