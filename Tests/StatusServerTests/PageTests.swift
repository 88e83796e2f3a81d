import Foundation
import GatewayClient
import Testing

@testable import StatusServer

struct PageTests {
    private static let folder: URL = {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("Page")
    }()

    private static func originals() throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".sh") }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
            }
        )
    }

    @Test("The binary's copy of the page is the original; make page writes it")
    func copy() throws {
        let copies = Dictionary(uniqueKeysWithValues: EmbeddedPage.files.map { ($0.name, $0.text) })
        #expect(try copies == Self.originals())
    }

    @Test("Nothing of the page comes from elsewhere, stands inline, or turns text into HTML")
    func selfContained() throws {
        let namespace = "http://www.w3.org/2000/svg"
        let forbidden = [
            "http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
            "new Function", "<style", " style=", " onclick=", "javascript:", "localStorage", "document.cookie",
        ]
        for (name, text) in try Self.originals() {
            let own = text.replacingOccurrences(of: namespace, with: "")
            for word in forbidden { #expect(!own.contains(word), "\(name): \(word)") }
        }
        #expect(try Self.originals()["index.html"]?.components(separatedBy: "<script").count == 2)
    }

    @Test("Every file that the page names is served")
    func links() async throws {
        try await withServer { client, _ async throws in
            for (name, text) in try Self.originals() {
                let isDocument = name == "index.html"
                let pattern = isDocument ? /(?:src|href)="(page\/[^"]+)"/ : /from '\.\/([^']+)'/
                for match in text.matches(of: pattern) {
                    let path = isDocument ? "/\(match.1)" : "/page/\(match.1)"
                    #expect(try await client.request(.get, path).status == 200, "\(name): \(path)")
                }
            }
        }
    }

    @Test(
        "Files have their type, and browsers are told what to refuse",
        arguments: [
            ("/", "text/html; charset=utf-8"), ("/page/style.css", "text/css; charset=utf-8"),
            ("/page/main.js", "text/javascript; charset=utf-8"), ("/page/icon.svg", "image/svg+xml"),
        ]
    )
    func headers(path: String, type: String) async throws {
        try await withServer { client, _ async throws in
            let answer = try await client.request(.get, path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == type)
            #expect(answer.headers["cache-control"] == "no-cache")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["referrer-policy"] == "no-referrer")
            #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
            #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe") && !policy.contains("*"))
        }
    }

    @Test("Answers that are no page may not be one", arguments: ["/api/v1/flows", "/metrics", "/healthz", "/nowhere"])
    func dataHeaders(path: String) async throws {
        try await withServer { client, _ async throws in
            let answer = try await client.request(.get, path)
            #expect(answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
            #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["cache-control"] == "no-store")
        }
    }

    @Test("A file that the browser has is not sent again, and another one is")
    func caching() async throws {
        try await withServer { client, _ async throws in
            let first = try await client.request(.get, "/page/main.js")
            let tag = try #require(first.headers["etag"])
            let again = try await client.request(.get, "/page/main.js", headers: [("If-None-Match", tag)])
            #expect(again.status == 304 && again.body.isEmpty)
            #expect(again.headers["etag"] == tag)
            let other = try await client.request(.get, "/page/style.css", headers: [("If-None-Match", tag)])
            #expect(other.status == 200 && other.headers["etag"] != tag)
        }
    }

    @Test(
        "If-None-Match is a list of tags, weak ones too, or any",
        arguments: [
            ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("a", false),
            ("", false), (nil, false),
        ] as [(String?, Bool)]
    )
    func tags(condition: String?, matches: Bool) {
        #expect(EntityTag.matches("\"a\"", condition: condition) == matches)
    }

    @Test("A page that was loaded under another name gets nothing")
    func rebinding() async throws {
        try await withServer { client, _ async throws in
            #expect(try await client.request(.get, "/", headers: [("Host", "evil.example")]).status == 403)
        }
    }
}
