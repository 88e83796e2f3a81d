/// What lies between a source's entry point and its present.
struct SourcePast {
    /// Of the first picture.
    var time: PESTimestamp?
    /// That began, the present one included.
    var pictures = 0

    init(_ packets: UnsafeRawBufferPointer, pid: UInt16) {
        TSPacket.forEach(in: packets) { packet in
            guard packet.pid == pid, let header = PESHeader(packet) else { return }
            pictures += 1
            guard time == nil else { return }
            time = header.times(in: packet.base).decoding
        }
    }
}
