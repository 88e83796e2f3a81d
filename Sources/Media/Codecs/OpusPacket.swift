/// What the first bytes of an Opus packet say, RFC 6716 §3.
public enum OpusPacket {
    /// Samples of 48 kHz a second: what times of Opus count.
    public static let samplingFrequency = 48_000

    /// How long a packet is, in samples of 48 kHz, §3.1; nil for one that is empty or longer than 120 ms.
    public static func sampleCount(of packet: UnsafeRawBufferPointer) -> Int? {
        guard let first = packet.first else { return nil }
        let configuration = Int(first >> 3)
        let duration =
            switch configuration {
            case 0..<12: [480, 960, 1920, 2880][configuration & 3]
            case 12..<16: [480, 960][configuration & 1]
            default: [120, 240, 480, 960][configuration & 3]
            }
        let count: Int
        switch first & 3 {
        case 0: count = 1
        case 1, 2: count = 2
        default:
            guard packet.count >= 2 else { return nil }
            count = Int(packet[1] & 0x3F)
        }
        let samples = duration * count
        return (1...5760).contains(samples) ? samples : nil
    }
}
