import Testing

@testable import FlowConfig

struct FlowFileNameTests {
    @Test("Names that count", arguments: ["a.yaml", "a.yml", "_a.yaml", "9.yml", "a b.yaml", "aä.yaml", "A..yaml"])
    func counts(name: String) {
        #expect(FlowFileName.counts(name))
    }

    @Test(
        "Names of temporary files and of something else do not count",
        arguments: [
            "", "a", ".yaml", "a.yaml~", "a.yaml.swp", ".a.yaml", ".a.yaml.swp", "#a.yaml#", "..data", ".#a.yaml",
            "~a.yaml",
            "-a.yaml", "a.YAML", "a.json", "yaml", "s/a.yaml", "ä.yaml", "a.yaml.tmp", "4913", "a.yaml.rpmnew",
            "+a.yml",
        ]
    )
    func countsNot(name: String) {
        #expect(!FlowFileName.counts(name))
    }

    @Test("Sub-folders count by the first letter alone")
    func folders() {
        #expect(FlowFileName.countsAsFolder("sub"))
        #expect(!FlowFileName.countsAsFolder("..data"))
        #expect(!FlowFileName.countsAsFolder(".git"))
    }
}
