import Foundation
import Testing

@testable import FlowController

@Suite("Which folders are watched")
struct WatchPlanTests {
    private func flowFolders(_ plan: WatchPlan, in folder: TemporaryFolder) -> Set<String> {
        Set(
            plan.folders.filter(\.value.isFlowFolder).keys.map { String($0.dropFirst(folder.path.count + 1)) }
        )
    }

    @Test("The tree, by the first letter of its folders, and the folder above by the name of the directory")
    func tree() throws {
        let folder = try TemporaryFolder()
        for name in ["flows.d/team/inner", "flows.d/.git/objects", "flows.d/_more"] { try folder.makeFolder(name) }
        let plan = WatchPlan(directory: folder("flows.d"), files: [])
        #expect(flowFolders(plan, in: folder) == ["flows.d", "flows.d/team", "flows.d/team/inner", "flows.d/_more"])
        #expect(plan.folders[folder.path]?.names == ["flows.d"])
        #expect(plan.folders["/"]?.names.isEmpty == false)
    }

    @Test("Links that lead round in circles have an end")
    func circles() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("flows.d/team")
        try folder.link("flows.d/team/back", to: "../../flows.d")
        #expect(flowFolders(WatchPlan(directory: folder("flows.d"), files: []), in: folder).count == 2)
    }

    @Test("No folder below the depth that is read, and no more folders than the limit")
    func limits() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("flows.d" + String(repeating: "/x", count: WatchPlan.maximumDepth + 8))
        for index in 0..<20 { try folder.makeFolder("flows.d/y\(index)") }
        let deep = flowFolders(WatchPlan(directory: folder("flows.d"), files: []), in: folder)
        #expect(deep.map { $0.split(separator: "/").count }.max() == WatchPlan.maximumDepth)
        #expect(WatchPlan(directory: folder("flows.d"), files: [], maximumFolders: 10).folders.count <= 10)
    }

    @Test("A secret's folder, and that of what it links to")
    func secrets() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("secrets/..2026")
        try folder.write("key", to: "secrets/..2026/key")
        try folder.link("secrets/key", to: "..2026/key")
        let plan = WatchPlan(directory: folder("flows.d"), files: [folder("secrets/key")])
        #expect(plan.folders[folder("secrets")]?.names == ["key"])
        #expect(plan.folders[folder("secrets")]?.matters("..data", isFolder: true) == true)
        #expect(plan.folders[folder("secrets")]?.matters("other.yaml", isFolder: false) == false)
        #expect(plan.folders[folder("secrets/..2026")]?.names == ["key"])
    }
}
