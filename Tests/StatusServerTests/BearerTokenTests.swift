import Foundation
import StatusServer
import Testing

struct BearerTokenTests {
    private func withFile(_ content: String, _ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID().uuidString)")
        try Data(content.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }

    @Test("White space around the token is left out", arguments: ["s3cret", "s3cret\n", "  s3cret\r\n\n"])
    func trimmed(content: String) throws {
        try withFile(content) { path throws in
            #expect(try BearerToken.file(path).read() == "s3cret")
        }
    }

    @Test(
        "A file without one token is refused",
        arguments: ["", "\n \n", "two words", "two\nlines", "naïve", "a\u{0}b"]
    )
    func refused(content: String) throws {
        try withFile(content) { path throws in
            #expect(throws: BearerToken.ReadError.self) { try BearerToken.file(path).read() }
        }
    }

    @Test("A file may have 4 KiB and not a byte more")
    func limit() throws {
        let longest = String(repeating: "a", count: BearerToken.maximumFileBytes)
        try withFile(longest) { path throws in #expect(try BearerToken.file(path).read() == longest) }
        try withFile(longest + "a") { path throws in
            #expect(throws: BearerToken.ReadError.self) { try BearerToken.file(path).read() }
        }
    }

    @Test("A changed file counts at once")
    func reread() throws {
        try withFile("old") { path throws in
            let token = BearerToken.file(path)
            #expect(try token.read() == "old")
            try Data("new\n".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try token.read() == "new")
        }
    }

    @Test("What is no regular file is refused without waiting")
    func notAFile() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("fifo-\(UUID().uuidString)").path
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        for path in [path, "/tmp", "/nonexistent/token"] {
            #expect(throws: BearerToken.ReadError.self) { try BearerToken.file(path).read() }
        }
    }

    @Test("No description shows the token")
    func redacted() {
        let token = BearerToken.fixed("s3cret")
        var dumped = ""
        dump(token, to: &dumped)
        let texts = ["\(token)", String(reflecting: token), dumped, "\(StatusServerConfiguration(token: token))"]
        for text in texts { #expect(!text.contains("s3cret")) }
    }
}
