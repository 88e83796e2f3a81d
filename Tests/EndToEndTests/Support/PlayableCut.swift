/// Cuts a received stream so that a decoder has no reason to complain about its start or end.
enum PlayableCut {
    private static let length = 188

    /// The program tables and all that follows the first video keyframe, without the unit of each stream that came last
    /// and may be incomplete; nil when there is no keyframe.
    static func fromKeyframe(_ bytes: [UInt8], videoPID: Int) -> [UInt8]? {
        let starts = stride(from: 0, through: bytes.count - length, by: length)
        let pid = { (start: Int) in Int(bytes[start + 1] & 0x1f) << 8 | Int(bytes[start + 2]) }
        let startsUnit = { (start: Int) in bytes[start + 1] & 0x40 != 0 }
        guard let associations = starts.first(where: { pid($0) == 0 && startsUnit($0) }) else { return nil }
        // The program map's PID, in a section that follows the pointer field at once (ISO/IEC 13818-1 §2.4.4.3).
        let mapPID = Int(bytes[associations + 15] & 0x1f) << 8 | Int(bytes[associations + 16])
        guard let map = starts.first(where: { pid($0) == mapPID && startsUnit($0) }) else { return nil }
        let keyframe = starts.first { start in
            let hasAdaptationField = bytes[start + 3] & 0x20 != 0 && bytes[start + 4] > 0
            return pid(start) == videoPID && startsUnit(start) && hasAdaptationField && bytes[start + 5] & 0x40 != 0
        }
        guard let keyframe else { return nil }
        var lastUnits: [Int: Int] = [:]
        for start in starts where startsUnit(start) { lastUnits[pid(start)] = start }
        var cut = Array(bytes[associations..<associations + length] + bytes[map..<map + length])
        for start in starts where start >= keyframe && start < lastUnits[pid(start), default: 0] {
            cut += bytes[start..<start + length]
        }
        return cut
    }
}
