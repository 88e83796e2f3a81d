/// Whether PCRs fit the bytes between them, ETSI TR 101 290 §5.2.2 indicator 2.4, where the rate is constant.
///
/// When a packet arrives over IP says nothing about its PCR, so this is the way for recorded streams: a straight line
/// is laid through the last PCRs over their places in the stream (least squares), and the next one must lie within
/// ±500 ns of it. Where the line fits badly, by more than `maximumDeviation`, or no null packet fills the rate up, the
/// rate is not constant or packets are missing: nothing is judged until the line fits again.
struct ClockAccuracy: Sendable {
    enum Verdict: Hashable, Sendable {
        case accurate
        case inaccurate
        /// Not enough is known, or the rate is not constant.
        case unknown
    }

    /// 500 ns in ticks of 27 MHz.
    static let tolerance = 13.5
    /// 100 µs in ticks of 27 MHz.
    static let maximumDeviation = 2_700.0
    /// PCRs that the line is laid through, and how many it takes to begin.
    static let windowCount = 24
    static let minimumCount = 12
    /// So many PCRs beside the line in a row make a line of their own.
    static let maximumOutliers = 8

    private struct Point: Sendable {
        var clock: ClockReference
        /// The packet's number in the stream.
        var packet: UInt64

        /// Negative for one that came before `other`.
        func packets(since other: Point) -> Double { Double(Int64(bitPattern: packet &- other.packet)) }
    }

    /// Ticks over packets, both from `origin` on.
    private struct Line: Sendable {
        let origin: Point
        let offset: Double
        let slope: Double

        func deviation(of point: Point) -> Double {
            let ticks = Double(point.clock.ticks(since: origin.clock))
            return ticks - offset - slope * point.packets(since: origin)
        }
    }

    /// A ring once it is full.
    private var points: [Point] = []
    private var next = 0
    private var outliers = 0
    /// Null packets when the first point came.
    private var nullPackets: UInt64 = 0
    private var isConstant = false
    /// Bits per second, while the rate is constant.
    private(set) var bitrate: Int64?

    init() {}

    /// What came is not the continuation of what was before.
    mutating func restart() {
        points.removeAll(keepingCapacity: true)
        next = 0
        outliers = 0
        isConstant = false
        bitrate = nil
    }

    /// A PCR came in packet number `packet` of the stream, `nullPackets` after its beginning.
    mutating func clockReceived(_ clock: ClockReference, packet: UInt64, nullPackets: UInt64) -> Verdict {
        let point = Point(clock: clock, packet: packet)
        guard isConstant, let line = line() else {
            if points.isEmpty { self.nullPackets = nullPackets }
            keep(point)
            learn(nullPackets)
            return .unknown
        }
        let deviation = abs(line.deviation(of: point))
        if deviation > Self.maximumDeviation {
            begin(at: point, nullPackets)
            return .unknown
        }
        bitrate = Self.bitrate(of: line)
        if deviation > Self.tolerance {
            outliers += 1
            if outliers == Self.maximumOutliers { begin(at: point, nullPackets) }
            return .inaccurate
        }
        outliers = 0
        keep(point)
        return .accurate
    }

    private mutating func begin(at point: Point, _ nullPackets: UInt64) {
        restart()
        self.nullPackets = nullPackets
        keep(point)
    }

    private mutating func keep(_ point: Point) {
        if points.count < Self.windowCount {
            if points.isEmpty { points.reserveCapacity(Self.windowCount) }
            points.append(point)
        } else {
            points[next] = point
            next = (next + 1) % Self.windowCount
        }
    }

    /// Looks whether the points lie on one line, once there are enough.
    private mutating func learn(_ nullPackets: UInt64) {
        guard points.count >= Self.minimumCount, let line = line() else { return }
        let fits = points.allSatisfy { abs(line.deviation(of: $0)) <= Self.maximumDeviation }
        guard fits, nullPackets != self.nullPackets else { return restart() }
        isConstant = true
        bitrate = Self.bitrate(of: line)
    }

    private func line() -> Line? {
        guard let origin = points.first, points.count >= Self.minimumCount else { return nil }
        let count = Double(points.count)
        var (packets, ticks) = (0.0, 0.0)
        for point in points {
            packets += point.packets(since: origin)
            ticks += Double(point.clock.ticks(since: origin.clock))
        }
        let mean = (packets: packets / count, ticks: ticks / count)
        var (products, squares) = (0.0, 0.0)
        for point in points {
            let distance = point.packets(since: origin) - mean.packets
            products += distance * (Double(point.clock.ticks(since: origin.clock)) - mean.ticks)
            squares += distance * distance
        }
        guard squares > 0 else { return nil }
        let slope = products / squares
        return Line(origin: origin, offset: mean.ticks - slope * mean.packets, slope: slope)
    }

    private static func bitrate(of line: Line) -> Int64? {
        guard line.slope > 0 else { return nil }
        return Int64(
            exactly: (Double(TSPacket.byteCount * 8) * Double(ClockReference.frequency) / line.slope).rounded()
        )
    }
}
