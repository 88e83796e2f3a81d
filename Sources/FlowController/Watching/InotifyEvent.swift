/// One event of inotify(7).
struct InotifyEvent: Hashable {
    var watch: Int32
    var mask: UInt32
    /// The name in the watched folder; empty for the folder itself.
    var name: String

    /// The fixed part: descriptor, mask, cookie and the length of the name.
    private static let headerBytes = 16

    /// Reads the events of one `read(2)`; what is cut off at the end is left out.
    static func parse(_ buffer: UnsafeRawBufferPointer) -> [InotifyEvent] {
        var events: [InotifyEvent] = []
        var rest = buffer[...]
        while rest.count >= headerBytes {
            let header = UnsafeRawBufferPointer(rebasing: rest.prefix(headerBytes))
            let nameBytes = Int(header.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            rest = rest.dropFirst(headerBytes)
            guard nameBytes <= rest.count else { break }
            events.append(
                InotifyEvent(
                    watch: header.loadUnaligned(fromByteOffset: 0, as: Int32.self),
                    mask: header.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                    name: String(decoding: rest.prefix(nameBytes).prefix { $0 != 0 }, as: UTF8.self)
                )
            )
            rest = rest.dropFirst(nameBytes)
        }
        return events
    }
}
