import Foundation
import HeadgateTestKit

/// Files in a folder as kubelet mounts a ConfigMap: names link to `..data/NAME`, `..data` links to a folder with a
/// timestamp, and an update swaps the one link `..data` by rename.
final class ConfigMapFolder {
    private let path: String
    private var version = 0

    init(_ path: String) throws {
        self.path = path
    }

    func swap(to files: [String: String]) throws {
        let manager = FileManager.default
        let old = version
        version += 1
        let folder = "..2026_01_01_00_00_00.\(version)"
        try manager.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: false)
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(folder)/\(name)")) }
        try manager.createSymbolicLink(atPath: "\(path)/..data_tmp", withDestinationPath: folder)
        guard rename("\(path)/..data_tmp", "\(path)/..data") == 0 else {
            throw DeadlineExceeded(description: "rename of ..data")
        }
        if old == 0 {
            for name in files.keys {
                try manager.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: "..data/\(name)")
            }
        } else {
            try manager.removeItem(atPath: "\(path)/..2026_01_01_00_00_00.\(old)")
        }
    }
}
