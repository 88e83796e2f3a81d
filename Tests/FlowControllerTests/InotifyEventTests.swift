import Testing

@testable import FlowController

@Suite("Events of the kernel")
struct InotifyEventTests {
    private func bytes(_ watch: Int32, _ mask: UInt32, _ name: String, padding: Int) -> [UInt8] {
        var result: [UInt8] = []
        withUnsafeBytes(of: watch) { result += $0 }
        withUnsafeBytes(of: mask) { result += $0 }
        withUnsafeBytes(of: UInt32(0)) { result += $0 }
        withUnsafeBytes(of: UInt32(name.utf8.count + padding)) { result += $0 }
        return result + Array(name.utf8) + [UInt8](repeating: 0, count: padding)
    }

    @Test("Several events in one read")
    func several() {
        let data = bytes(1, 2, "a.yaml", padding: 10) + bytes(3, 4, "", padding: 0) + bytes(5, 6, "b", padding: 15)
        let events = data.withUnsafeBytes { InotifyEvent.parse($0) }
        #expect(
            events == [
                InotifyEvent(watch: 1, mask: 2, name: "a.yaml"), InotifyEvent(watch: 3, mask: 4, name: ""),
                InotifyEvent(watch: 5, mask: 6, name: "b"),
            ]
        )
    }

    @Test("What is cut off is left out")
    func truncated() {
        let data = bytes(1, 2, "a.yaml", padding: 10)
        for count in 0..<data.count {
            #expect(data.prefix(count).withUnsafeBytes { InotifyEvent.parse($0) }.isEmpty)
        }
    }

    @Test(
        "Names that matter in a flow folder",
        arguments: [
            ("a.yaml", false, true), ("a.yml", false, true), ("team", true, true), ("..data", true, true),
            ("", false, true), (".a.yaml.swp", false, false), ("a.yaml~", false, false), ("4913", false, false),
            (".git", true, false), ("notes.txt", false, false), ("named", false, true),
        ]
    )
    func names(name: String, isFolder: Bool, matters: Bool) {
        let interest = WatchPlan.Interest(isFlowFolder: true, names: ["named"])
        #expect(interest.matters(name, isFolder: isFolder) == matters)
    }
}
