import FlowModel
import FoundationEssentials
import Glibc
import SystemFiles

/// Two files of JSON lines, the newer one growing: when it is full it takes the place of the older one.
///
/// Only the owner of the state folder may read them. It waits for the disk, so its caller has a thread for it.
struct EventFiles: Sendable {
    /// Bytes of one file.
    static let maximumFileBytes = 8 << 20
    /// Bytes of one line; an event that needs more has its message cut.
    static let maximumLineBytes = 16 << 10
    private static let maximumMessageCharacters = 1_000
    /// Numbers that clients which compute with floating point can tell apart.
    private static let maximumID: UInt64 = 1 << 53

    private let current: String
    private let previous: String
    private let maximumBytes: Int
    private let encoder: JSONEncoder

    init(directory: String, maximumBytes: Int = Self.maximumFileBytes) {
        current = "\(directory)/events.jsonl"
        previous = "\(directory)/events.1.jsonl"
        self.maximumBytes = maximumBytes
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    // MARK: Writing

    /// Why nothing was written, as a sentence.
    struct WriteFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// Writes all events or none.
    func append(_ events: [RecordedEvent]) throws(WriteFailure) {
        var bytes: [UInt8] = []
        for event in events { bytes += line(event) }
        if bytes.count > maximumBytes {
            // More than a file holds: the newest count.
            bytes = Array(bytes.suffix(maximumBytes).drop { $0 != UInt8(ascii: "\n") }.dropFirst())
        }
        var file = try opened()
        if file.size > 0, file.size > maximumBytes - bytes.count {
            close(file.descriptor)
            guard rename(current, previous) == 0 else { throw failure() }
            file = try opened()
        }
        defer { close(file.descriptor) }
        guard FileWriting.write(bytes, to: file.descriptor) else {
            let failure = failure()
            // Half a line would spoil the next one.
            ftruncate(file.descriptor, off_t(file.size))
            throw failure
        }
    }

    /// Opened for each batch: a file that somebody moved or removed is made again.
    private func opened() throws(WriteFailure) -> (descriptor: Int32, size: Int) {
        let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = open(current, flags, 0o600)
        guard descriptor >= 0 else { throw failure() }
        var information = stat()
        guard fstat(descriptor, &information) == 0, fchmod(descriptor, 0o600) == 0 else {
            let failure = failure()
            close(descriptor)
            throw failure
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw WriteFailure(description: "\(current): not a regular file")
        }
        let size = Int(information.st_size)
        // A crash may have left half a line at the end.
        var last = UInt8(ascii: "\n")
        guard size > 0, pread(descriptor, &last, 1, off_t(size - 1)) == 1, last != UInt8(ascii: "\n"),
            FileWriting.write([UInt8(ascii: "\n")], to: descriptor)
        else { return (descriptor, size) }
        return (descriptor, size + 1)
    }

    /// From what the system said last.
    private func failure() -> WriteFailure {
        WriteFailure(description: "\(current): \(String(cString: strerror(errno)))")
    }

    private func line(_ event: RecordedEvent) -> [UInt8] {
        if let line = encoded(event), line.count <= Self.maximumLineBytes { return line }
        var shortened = event
        shortened.message = event.message.prefix(Self.maximumMessageCharacters) + "…"
        guard let line = encoded(shortened), line.count <= Self.maximumLineBytes else { return [] }
        return line
    }

    private func encoded(_ event: RecordedEvent) -> [UInt8]? {
        (try? encoder.encode(event)).map { [UInt8]($0) + [UInt8(ascii: "\n")] }
    }

    // MARK: Reading

    /// The last events of both files, with rising numbers.
    func read(last count: Int) -> [RecordedEvent] {
        var newest = events(in: current, last: count)
        if newest.count < count { newest = events(in: previous, last: count - newest.count) + newest }
        var rising: [RecordedEvent] = []
        for event in newest where event.id > rising.last?.id ?? 0 && event.id < Self.maximumID { rising.append(event) }
        return rising
    }

    private func events(in path: String, last count: Int) -> [RecordedEvent] {
        let decoder = JSONDecoder()
        let lines = content(of: path).split(separator: UInt8(ascii: "\n"))
        var events: [RecordedEvent] = []
        for line in lines.reversed() where line.count <= Self.maximumLineBytes {
            guard events.count < count else { break }
            if let event = try? decoder.decode(RecordedEvent.self, from: Data(line)) { events.append(event) }
        }
        return events.reversed()
    }

    /// The end of a file, as much of it as a file has.
    private func content(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return [] }
        let start = max(0, Int(information.st_size) - maximumBytes)
        let size = min(Int(information.st_size), maximumBytes)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let result = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + count },
                    size - count,
                    off_t(start + count)
                )
                if result < 0, errno == EINTR { continue }
                guard result > 0 else { return }
                count += result
            }
        }
    }
}
