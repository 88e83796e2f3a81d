import HeadgateTestKit

/// Makes transport streams for the tests of merging.
struct MergeEncoder {
    enum Content: CaseIterable {
        /// One PID, of which every packet differs.
        case video
        /// Tables, video, sound and stuffing.
        case programme
        /// The same, with sound that is silence: packets that differ in nothing but the counter.
        case silence
        /// Little but stuffing.
        case padding
        /// Without stuffing.
        case unpadded
    }

    private let content: Content
    private var generator: SeededGenerator
    private var counters: [UInt16: Int] = [:]
    private(set) var packets: [[UInt8]] = []

    static func packets(_ content: Content, count: Int, seed: UInt64) -> [[UInt8]] {
        var encoder = MergeEncoder(content: content, seed: seed)
        while encoder.packets.count < count { encoder.goOn() }
        return Array(encoder.packets.prefix(count))
    }

    private init(content: Content, seed: UInt64) {
        self.content = content
        generator = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 11)
        for pid: UInt16 in [0, 0x1000, 0x100, 0x101] { counters[pid] = Int.random(in: 0..<16, using: &generator) }
    }

    private mutating func goOn() {
        guard content != .video else {
            video(units: 1)
            return
        }
        // As many video packets as lie between two PATs at 5 Mbit/s and 25 ms.
        append(pid: 0, starts: true, payload: [0] + TestPackets.pat([(1, 0x1000)]))
        let streams: [(type: UInt8, pid: UInt16, descriptors: [UInt8])] = [(0x1B, 0x100, []), (0x0F, 0x101, [])]
        append(pid: 0x1000, starts: true, payload: [0] + TestPackets.pmt(streams))
        for _ in 0..<8 {
            video(units: content == .padding ? 0 : 1)
            if Int.random(in: 0..<3, using: &generator) == 0 { sound() }
            guard content != .unpadded else { continue }
            let most = content == .padding ? 40 : 6
            for _ in 0..<Int.random(in: 0...most, using: &generator) { packets.append(TestPackets.null) }
        }
    }

    private mutating func video(units: Int) {
        for unit in 0..<1 + units * Int.random(in: 2..<14, using: &generator) {
            append(pid: 0x100, starts: unit == 0, payload: (unit == 0 ? TestPackets.pes(pts: time) : []) + noise(170))
        }
    }

    private mutating func sound() {
        append(pid: 0x101, starts: true, payload: TestPackets.pes(pts: time, streamID: 0xC0) + noise(20))
        for _ in 0..<3 { append(pid: 0x101, payload: content == .silence ? [] : noise(150)) }
    }

    private var time: UInt64 { UInt64(packets.count) * 27 }

    /// Without sync bytes.
    private mutating func noise(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            withUnsafeBytes(of: generator.next() | 0x8080_8080_8080_8080) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    private mutating func append(pid: UInt16, starts: Bool = false, payload: [UInt8]) {
        let counter = counters[pid, default: 0]
        counters[pid] = counter + 1
        packets.append(TestPackets.packet(pid: pid, counter: counter, starts: starts, payload: payload))
    }
}
