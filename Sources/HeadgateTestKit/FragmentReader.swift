/// A box of ISO/IEC 14496-12 as a test reads it: it uses nothing of the code that it checks.
public struct MP4Box: Sendable {
    public var type: String
    /// Without length and type.
    public var content: [UInt8]

    /// Boxes back to back; empty when they are not whole.
    public static func boxes(in bytes: some Collection<UInt8>) -> [MP4Box] {
        var rest = Array(bytes)[...]
        var boxes: [MP4Box] = []
        while !rest.isEmpty {
            guard rest.count >= 8 else { return [] }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard length >= 8, length <= rest.count else { return [] }
            let type = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
            boxes.append(MP4Box(type: type, content: Array(rest.prefix(length).dropFirst(8))))
            rest = rest.dropFirst(length)
        }
        return boxes
    }

    /// The first box at a path such as `moov/trak/tkhd`. `stsd` and the sample entries in it are passed through.
    public static func find(_ path: String, in bytes: some Collection<UInt8>) -> MP4Box? {
        all(path, in: bytes).first
    }

    public static func all(_ path: String, in bytes: some Collection<UInt8>) -> [MP4Box] {
        let names = path.split(separator: "/").map(String.init)
        guard let first = names.first else { return [] }
        let found = boxes(in: bytes).filter { $0.type == first }
        guard names.count > 1 else { return found }
        return found.flatMap { all(names.dropFirst().joined(separator: "/"), in: $0.children) }
    }

    /// What a box that holds boxes has before them left out.
    private var children: ArraySlice<UInt8> {
        switch type {
        case "stsd", "dref": content.dropFirst(8)
        case "avc1", "hvc1": content.dropFirst(78)
        case "mp4a", "Opus", "ac-3", "ec-3": content.dropFirst(28)
        default: content[...]
        }
    }

    public func integer(at offset: Int, byteCount: Int) -> Int {
        content.dropFirst(offset).prefix(byteCount).reduce(0) { $0 << 8 | Int($1) }
    }
}

/// A sample as a fragment has it.
public struct ReadSample: Hashable, Sendable {
    public var trackID: Int
    public var decodeTime: Int
    public var duration: Int
    public var compositionOffset: Int
    public var isKeyframe: Bool
    public var payload: [UInt8]

    public init(
        trackID: Int,
        decodeTime: Int,
        duration: Int,
        compositionOffset: Int,
        isKeyframe: Bool,
        payload: [UInt8]
    ) {
        self.trackID = trackID
        self.decodeTime = decodeTime
        self.duration = duration
        self.compositionOffset = compositionOffset
        self.isKeyframe = isKeyframe
        self.payload = payload
    }
}

/// Reads fragments: `moof` and `mdat`, again and again.
public struct FragmentReader: Sendable {
    /// In the order of the file, track by track in each fragment.
    public private(set) var samples: [ReadSample] = []
    public private(set) var sequenceNumbers: [Int] = []
    public private(set) var problems: [String] = []

    public init(_ bytes: [UInt8]) {
        let boxes = MP4Box.boxes(in: bytes)
        if boxes.isEmpty, !bytes.isEmpty { problems.append("no whole boxes") }
        var start = 0
        var index = 0
        while index < boxes.count {
            guard boxes[index].type == "moof", index + 1 < boxes.count, boxes[index + 1].type == "mdat" else {
                problems.append("\(boxes[index].type) where moof and mdat are expected")
                return
            }
            let length = boxes[index].content.count + boxes[index + 1].content.count + 16
            read(boxes[index], fragment: Array(bytes[start..<start + length]))
            start += length
            index += 2
        }
    }

    public func samples(of trackID: Int) -> [ReadSample] { samples.filter { $0.trackID == trackID } }

    private mutating func read(_ moof: MP4Box, fragment: [UInt8]) {
        if let header = MP4Box.find("mfhd", in: moof.content) {
            sequenceNumbers.append(header.integer(at: 4, byteCount: 4))
        }
        var end = moof.content.count + 16
        for traf in MP4Box.all("traf", in: moof.content) {
            guard let header = MP4Box.find("tfhd", in: traf.content),
                let time = MP4Box.find("tfdt", in: traf.content), time.content.first == 1,
                let run = MP4Box.find("trun", in: traf.content), run.content.first == 1
            else {
                problems.append("a traf without tfhd, tfdt or trun")
                return
            }
            if header.integer(at: 0, byteCount: 4) != 0x02_0000 { problems.append("offsets not from moof") }
            let hasOffsets = run.integer(at: 1, byteCount: 3) & 0x800 != 0
            var decodeTime = time.integer(at: 4, byteCount: 8)
            var position = run.integer(at: 8, byteCount: 4)
            if position != end { problems.append("data at \(position), not at \(end)") }
            for index in 0..<run.integer(at: 4, byteCount: 4) {
                let entry = 12 + index * (hasOffsets ? 16 : 12)
                let size = run.integer(at: entry + 4, byteCount: 4)
                guard position + size <= fragment.count else {
                    problems.append("data beyond the fragment")
                    return
                }
                let duration = run.integer(at: entry, byteCount: 4)
                let offset = hasOffsets ? run.integer(at: entry + 12, byteCount: 4) : 0
                samples.append(
                    ReadSample(
                        trackID: header.integer(at: 4, byteCount: 4),
                        decodeTime: decodeTime,
                        duration: duration,
                        compositionOffset: Int(Int32(truncatingIfNeeded: offset)),
                        isKeyframe: run.integer(at: entry + 8, byteCount: 4) & 0x1_0000 == 0,
                        payload: Array(fragment[position..<position + size])
                    )
                )
                decodeTime += duration
                position += size
            }
            end = position
        }
        if end != fragment.count { problems.append("data that no sample has") }
    }
}
