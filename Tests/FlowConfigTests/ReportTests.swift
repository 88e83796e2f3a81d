import FlowModel
import JSONSchema
import Testing

@testable import FlowConfig

struct ReportTests {
    private static let diagnostics = [
        Diagnostic(
            file: "flows.d/a b.yaml",
            line: 9,
            column: 14,
            field: "inputs[0].latency",
            message: "90s is above the maximum of 10s",
            rule: "schema/maximum"
        ),
        Diagnostic(file: "/x\u{1B}[2J.yaml", severity: .warning, message: "a \"folder\"", rule: "file/not-regular"),
    ]

    @Test("Text is one line a problem, and a file's name cannot steer the terminal")
    func text() {
        #expect(
            DiagnosticFormat.text.render(Self.diagnostics) == """
                flows.d/a b.yaml:9:14: error: inputs[0].latency: 90s is above the maximum of 10s [schema/maximum]
                /x\\u{1b}[2J.yaml: warning: a "folder" [file/not-regular]

                """
        )
        #expect(DiagnosticFormat.text.render([]) == "")
    }

    @Test("JSON holds every field")
    func json() throws {
        let report = try JSONValue(parsing: DiagnosticFormat.json.render(Self.diagnostics))
        let expected: JSONValue = [
            "valid": false, "errors": 1, "warnings": 1,
            "diagnostics": [
                [
                    "file": "flows.d/a b.yaml", "line": 9, "column": 14, "severity": "error",
                    "field": "inputs[0].latency", "message": "90s is above the maximum of 10s",
                    "rule": "schema/maximum",
                ],
                [
                    "file": "/x\u{1B}[2J.yaml", "line": 0, "column": 0, "severity": "warning", "field": "",
                    "message": "a \"folder\"", "rule": "file/not-regular",
                ],
            ],
        ]
        #expect(report == expected)
        #expect(try JSONValue(parsing: DiagnosticFormat.json.render([])).object?["valid"] == true)
    }

    @Test("SARIF has the rules, the places and URIs that parse")
    func sarif() throws {
        let log = try JSONValue(parsing: DiagnosticFormat.sarif.render(Self.diagnostics))
        let expected: JSONValue = [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "headgate", "rules": [["id": "file/not-regular"], ["id": "schema/maximum"]],
                        ]
                    ],
                    "columnKind": "unicodeCodePoints",
                    "results": [
                        [
                            "ruleId": "schema/maximum", "ruleIndex": 1, "level": "error",
                            "message": ["text": "inputs[0].latency: 90s is above the maximum of 10s"],
                            "locations": [
                                [
                                    "physicalLocation": [
                                        "artifactLocation": ["uri": "flows.d/a%20b.yaml"],
                                        "region": ["startLine": 9, "startColumn": 14],
                                    ]
                                ]
                            ],
                        ],
                        [
                            "ruleId": "file/not-regular", "ruleIndex": 0, "level": "warning",
                            "message": ["text": "a \"folder\""],
                            "locations": [
                                ["physicalLocation": ["artifactLocation": ["uri": "file:///x%1B%5B2J.yaml"]]]
                            ],
                        ],
                    ],
                ]
            ],
        ]
        #expect(log == expected)
    }
}
