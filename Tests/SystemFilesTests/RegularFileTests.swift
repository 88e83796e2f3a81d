import Glibc
import HeadgateTestKit
import SystemFiles
import Testing

@Suite("Small files")
struct RegularFileTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    @Test("A file is read whole, up to a size", arguments: [(0, true), (4, true), (5, false)])
    func size(byteCount: Int, isRead: Bool) throws {
        let path = try folder.write(String(repeating: "a", count: byteCount), to: "file")
        let expected = [UInt8](repeating: UInt8(ascii: "a"), count: byteCount)
        #expect(RegularFile.read(path, maximumBytes: 4) == (isRead ? .success(expected) : .failure(.tooLarge)))
    }

    @Test("A file that claims to be empty is read as far as it goes")
    func claimsNothing() throws {
        #expect(try !RegularFile.read("/proc/self/status", maximumBytes: 1 << 20).get().isEmpty)
        #expect(RegularFile.read("/proc/self/status", maximumBytes: 10) == .failure(.tooLarge))
    }

    @Test("What is no file is not waited for")
    func noFile() throws {
        let pipe = folder.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, folder.path, "/dev/zero"] {
            #expect(RegularFile.read(path, maximumBytes: 4) == .failure(.notRegular))
        }
        #expect(RegularFile.read(folder.path("nothing"), maximumBytes: 4) == .failure(.system(ENOENT)))
    }

    @Test("A write that takes only a part goes on, and one that takes nothing is told")
    func writes() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        #expect(FileWriting.write([1, 2, 3], to: ends[1]))
        var bytes = [UInt8](repeating: 0, count: 4)
        #expect(read(ends[0], &bytes, bytes.count) == 3 && bytes == [1, 2, 3, 0])
        // More than a pipe holds: the first part goes, and nothing after it.
        #expect(!FileWriting.write([UInt8](repeating: 0, count: 4 << 20), to: ends[1]))
        #expect(errno == EAGAIN)
    }
}
