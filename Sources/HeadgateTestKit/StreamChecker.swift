/// Walks a transport stream as a strict analyser does, by itself: it uses nothing of the code that it checks.
public struct StreamChecker {
    public struct Unit {
        public var pid: Int
        public var streamID: UInt8
        public var pts: Int64
        public var dts: Int64
        public var isRandomAccess: Bool
        /// The clock when the first packet came, in ticks of 90 kHz.
        public var clock: Int64
        public var announcedLength: Int
        public var data: [UInt8] = []
        public var packets = 1
    }

    public struct Clock {
        public var ticks: Int64
        public var packet: Int
        public var isDiscontinuous: Bool
        public var hasPayload: Bool
    }

    /// The clock is never farther before a decode time stamp: ticks of 90 kHz.
    public var maximumWait: Int64 = 90_000

    public private(set) var violations: [String] = []
    public private(set) var units: [Unit] = []
    public private(set) var clocks: [Clock] = []
    public private(set) var packetCount = 0
    public private(set) var mapVersions: [UInt8] = []
    /// By PID, `stream_type` and descriptors.
    public private(set) var streams: [Int: (type: UInt8, descriptors: [UInt8])] = [:]
    public private(set) var clockPID = -1

    private var counters: [Int: Int] = [:]
    private var open: [Int: Unit] = [:]
    private var lastDecoding: [Int: Int64] = [:]
    private var mapPID = -1
    private var lastTables: [Int: Int64] = [:]
    /// Tables since the last clock: they came as the next one says.
    private var tablesSinceClock: Set<Int> = []
    private var mapSection: [UInt8] = []
    /// Tables since the last PES packet began.
    private var freshTables: Set<Int> = []

    private static let wrap: Int64 = 1 << 33

    public init() {}

    /// For a whole stream.
    public init(_ stream: [UInt8], maximumWait: Int64 = 90_000) {
        self.maximumWait = maximumWait
        if !stream.count.isMultiple(of: 188) { violations.append("\(stream.count) bytes are no whole packets") }
        for start in stride(from: 0, to: stream.count - 187, by: 188) { packet(Array(stream[start..<start + 188])) }
        for pid in open.keys.sorted() { close(pid) }
    }

    public func units(_ pid: Int) -> [Unit] { units.filter { $0.pid == pid } }

    private mutating func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds { violations.append("packet \(packetCount): \(text())") }
    }

    private mutating func packet(_ bytes: [UInt8]) {
        defer { packetCount += 1 }
        expect(bytes[0] == 0x47 && bytes[1] & 0x80 == 0 && bytes[3] & 0xC0 == 0, "bad header")
        let pid = Int(bytes[1] & 0x1F) << 8 | Int(bytes[2])
        let starts = bytes[1] & 0x40 != 0
        let hasField = bytes[3] & 0x20 != 0
        let hasPayload = bytes[3] & 0x10 != 0
        expect(hasField || hasPayload, "neither field nor payload")
        let counter = Int(bytes[3] & 0xF)
        if let last = counters[pid] {
            expect(counter == (hasPayload ? (last + 1) & 0xF : last), "counter of \(pid) is \(counter) after \(last)")
        }
        counters[pid] = counter

        var offset = 4
        var flags: UInt8 = 0
        if hasField {
            let length = Int(bytes[4])
            expect(hasPayload ? length <= 182 : length == 183, "adaptation field of \(length)")
            offset = min(188, 5 + length)
            if length > 0 {
                flags = bytes[5]
                let used = flags & 0x10 != 0 ? 12 : 6
                expect(offset >= used, "adaptation field too short for its flags")
                expect(bytes[min(used, offset)..<offset].allSatisfy { $0 == 0xFF }, "stuffing other than 0xFF")
                if flags & 0x10 != 0 {
                    clock(bytes[6..<12].map(Int64.init), pid, flags & 0x80 != 0, hasPayload: hasPayload)
                }
            }
        }
        guard hasPayload else { return }
        let payload = Array(bytes[offset...])
        if pid == 0 || pid == mapPID {
            table(payload, pid, starts: starts)
        } else if starts {
            close(pid)
            begin(payload, pid, isRandomAccess: flags & 0x40 != 0)
        } else {
            expect(open[pid] != nil, "payload of \(pid) before a PES packet begins")
            open[pid]?.data += payload
            open[pid]?.packets += 1
            arrived(pid)
        }
    }

    private mutating func clock(_ field: [Int64], _ pid: Int, _ isDiscontinuous: Bool, hasPayload: Bool) {
        let base = field[0] << 25 | field[1] << 17 | field[2] << 9 | field[3] << 1 | field[4] >> 7
        expect(field[4] & 0x7E == 0x7E, "reserved bits of the clock")
        let value = base * 300 + ((field[4] & 1) << 8 | field[5])
        expect(pid == clockPID, "clock on \(pid)")
        if let last = clocks.last {
            if isDiscontinuous {
                lastDecoding = [:]
                lastTables = [:]
            } else {
                let period = Self.wrap * 300
                let step = (value - last.ticks + period) % period
                expect(step > 0 && step <= 1_080_000, "clock steps by \(Double(step) / 27_000) ms")
            }
        } else {
            expect(!isDiscontinuous, "the first clock is discontinuous")
        }
        for table in tablesSinceClock {
            let distance = value - (lastTables[table] ?? value)
            expect(distance <= 2_700_000, "tables \(Double(distance) / 27_000) ms apart")
            lastTables[table] = value
        }
        tablesSinceClock = []
        for (table, last) in lastTables where value - last > 2_700_000 {
            expect(false, "no table \(table) for \(Double(value - last) / 27_000) ms")
        }
        clocks.append(
            Clock(ticks: value, packet: packetCount, isDiscontinuous: isDiscontinuous, hasPayload: hasPayload)
        )
    }

    /// The way from the latest clock to a time stamp.
    private func ticksUntil(_ stamp: Int64) -> Int64 {
        let now = (clocks.last?.ticks ?? 0) / 300
        let forward = (stamp - now + Self.wrap) % Self.wrap
        return forward < Self.wrap / 2 ? forward : forward - Self.wrap
    }

    /// Bytes of a PES packet came: they must be there before they are decoded.
    private mutating func arrived(_ pid: Int) {
        guard let unit = open[pid] else { return }
        let wait = ticksUntil(unit.dts)
        expect(wait > 0, "decode time stamp of \(pid) is \(-wait) ticks before the clock")
        expect(wait <= maximumWait, "decode time stamp of \(pid) is \(wait) ticks behind the clock")
    }

    private mutating func begin(_ payload: [UInt8], _ pid: Int, isRandomAccess: Bool) {
        expect(streams[pid] != nil, "PID \(pid) is not in the PMT")
        expect(!clocks.isEmpty, "PES packet before the first clock")
        guard payload.count >= 14, payload[0...2] == [0, 0, 1], payload[6] & 0xC0 == 0x80 else {
            return expect(false, "no PES header on \(pid)")
        }
        expect(payload[6] == 0x84, "not aligned")
        func stamp(_ start: Int, _ name: UInt8) -> Int64 {
            let field = payload[start..<start + 5].map(Int64.init)
            if payload[start] >> 4 != name || field[0] & field[2] & field[4] & 1 == 0 { return -1 }
            return (field[0] >> 1 & 7) << 30 | field[1] << 22 | (field[2] >> 1) << 15 | field[3] << 7 | field[4] >> 1
        }
        let hasDecoding = payload[7] == 0xC0
        expect(hasDecoding || payload[7] == 0x80, "flags \(payload[7])")
        expect(payload[8] == (hasDecoding ? 10 : 5), "header length \(payload[8])")
        let pts = stamp(9, hasDecoding ? 3 : 2)
        let dts = hasDecoding ? stamp(14, 1) : pts
        expect(pts >= 0 && dts >= 0, "bad time stamp field")
        expect((pts - dts + Self.wrap) % Self.wrap < 10 * 90_000, "presented before it is decoded")
        expect(!hasDecoding || pts != dts, "needless decode time stamp")
        if let last = lastDecoding[pid] {
            let step = (dts - last + Self.wrap) % Self.wrap
            expect(step > 0 && step < Self.wrap / 2, "decode time stamps of \(pid) go back")
        }
        lastDecoding[pid] = dts
        if payload[3] & 0xF0 == 0xE0, isRandomAccess {
            expect(freshTables == [0, mapPID], "no tables right before a keyframe")
        }
        freshTables = []
        let start = 9 + Int(payload[8])
        open[pid] = Unit(
            pid: pid,
            streamID: payload[3],
            pts: pts,
            dts: dts,
            isRandomAccess: isRandomAccess,
            clock: (clocks.last?.ticks ?? 0) / 300,
            announcedLength: Int(payload[4]) << 8 | Int(payload[5]),
            data: Array(payload[start...])
        )
        if open[pid]?.announcedLength != 0 { open[pid]?.announcedLength -= start - 6 }
        arrived(pid)
    }

    private mutating func close(_ pid: Int) {
        guard let unit = open.removeValue(forKey: pid) else { return }
        if unit.announcedLength == 0 {
            expect(unit.streamID & 0xF0 == 0xE0 && unit.data.count > 65_000, "no PES length on \(pid)")
        } else {
            expect(unit.announcedLength == unit.data.count, "PES length of \(pid)")
        }
        units.append(unit)
    }

    private mutating func table(_ payload: [UInt8], _ pid: Int, starts: Bool) {
        expect(starts && payload[0] == 0, "a section that does not begin its packet")
        let length = 3 + (Int(payload[2] & 0xF) << 8 | Int(payload[3]))
        guard 1 + length <= payload.count, length >= 12 else { return expect(false, "section of \(length)") }
        let section = Array(payload[1...length])
        expect(payload[(1 + length)...].allSatisfy { $0 == 0xFF }, "stuffing behind a section")
        var crc: UInt32 = .max
        for byte in section {
            for bit in 0..<8 {
                let feedback = (crc >> 31) ^ UInt32(byte >> (7 - bit) & 1)
                crc = crc << 1 ^ (feedback == 1 ? 0x04C1_1DB7 : 0)
            }
        }
        expect(crc == 0, "CRC of a section")
        tablesSinceClock.insert(pid)
        freshTables.insert(pid)
        if pid == 0 {
            expect(section[0] == 0, "table ID of the PAT")
            mapPID = Int(section[10] & 0x1F) << 8 | Int(section[11])
        } else if section != mapSection {
            expect(section[0] == 2, "table ID of the PMT")
            map(section)
        }
    }

    private mutating func map(_ section: [UInt8]) {
        let version = section[5] >> 1 & 0x1F
        if let last = mapVersions.last { expect(version == (last + 1) & 0x1F, "PMT version \(version) after \(last)") }
        mapVersions.append(version)
        mapSection = section
        clockPID = Int(section[8] & 0x1F) << 8 | Int(section[9])
        streams = [:]
        var offset = 12
        while offset + 5 <= section.count - 4 {
            let count = Int(section[offset + 3] & 0xF) << 8 | Int(section[offset + 4])
            let pid = Int(section[offset + 1] & 0x1F) << 8 | Int(section[offset + 2])
            streams[pid] = (section[offset], Array(section[offset + 5..<offset + 5 + count]))
            offset += 5 + count
        }
        expect(offset == section.count - 4, "length of the PMT's streams")
        expect(streams[clockPID] != nil, "the clock's PID is no stream")
    }
}
