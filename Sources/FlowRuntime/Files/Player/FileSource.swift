import CLinux
import Glibc
import MPEGTS

/// The bytes of a file or a clip, read by position.
///
/// A file is read with `pread`, not mapped: a mapped file that is cut short while it plays would end the process.
final class FileSource {
    /// How much of the beginning must look like a transport stream.
    static let probeByteCount = 64 * 1024

    private enum Storage {
        case descriptor(Int32)
        case bytes([UInt8])
    }

    let name: String
    private let storage: Storage

    init(_ configuration: FilePlayerConfiguration) throws(FilePlayerError) {
        name = configuration.name
        switch configuration.source {
        case .path(let path):
            storage = .descriptor(try Self.open(path))
        case .builtin(let clip):
            guard let bytes = BuiltinClips.bytes(named: clip) else { throw .unknownClip(clip) }
            storage = .bytes(bytes)
        case .bytes(let bytes, _):
            storage = .bytes(bytes)
        }
        try probe()
    }

    deinit {
        if case .descriptor(let descriptor) = storage { close(descriptor) }
    }

    /// Opens without waiting: opening a FIFO would, until someone writes to it.
    private static func open(_ path: String) throws(FilePlayerError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FilePlayerError(path, errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw FilePlayerError(path, errno: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegularFile(path)
        }
        posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
        return descriptor
    }

    /// At least half of the beginning must be whole packets.
    private func probe() throws(FilePlayerError) {
        var aligner = TSAligner()
        var packetBytes = 0
        var byteCount = 0
        var failure: FilePlayerError?
        withUnsafeTemporaryAllocation(byteCount: Self.probeByteCount, alignment: 1) { buffer in
            do throws(FilePlayerError) {
                byteCount = try read(into: buffer, at: 0)
            } catch {
                failure = error
            }
            aligner.append(UnsafeRawBufferPointer(rebasing: buffer[..<byteCount])) { packetBytes += $0.count }
        }
        if let failure { throw failure }
        guard packetBytes > 0, packetBytes >= byteCount / 2 else { throw .notTransportStream(name) }
    }

    /// Reads up to the buffer's length; 0 at or behind the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FilePlayerError) -> Int {
        switch storage {
        case .descriptor(let descriptor):
            while true {
                let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
                if count >= 0 { return count }
                if errno != EINTR { throw FilePlayerError(name, errno: errno) }
            }
        case .bytes(let bytes):
            guard offset < Int64(bytes.count) else { return 0 }
            return bytes.withUnsafeBytes { source in
                let count = min(buffer.count, source.count - Int(offset))
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[Int(offset)..<Int(offset) + count]))
                return count
            }
        }
    }
}
