/// A loop's members by number. A number is used again, with another generation, so that an event fetched before a
/// member went does not reach the one that took its place.
struct MemberTable {
    private var members: [LoopMember?] = []
    private var generations: [UInt32] = []
    private var free: [Int] = []

    var count: Int { members.count - free.count }

    /// Gives the member its slot and returns its tag.
    mutating func insert(_ member: LoopMember) -> UInt64 {
        let slot: Int
        if let last = free.popLast() {
            slot = last
            members[slot] = member
        } else {
            slot = members.count
            members.append(member)
            generations.append(0)
        }
        member.slot = slot
        return UInt64(generations[slot]) << 32 | UInt64(slot)
    }

    mutating func remove(_ member: LoopMember) {
        guard members.indices.contains(member.slot), members[member.slot] === member else { return }
        members[member.slot] = nil
        generations[member.slot] &+= 1
        free.append(member.slot)
    }

    func find(_ tag: UInt64) -> LoopMember? {
        let slot = Int(tag & 0xffff_ffff)
        guard members.indices.contains(slot), generations[slot] == UInt32(truncatingIfNeeded: tag >> 32) else {
            return nil
        }
        return members[slot]
    }

    func member(_ slot: Int) -> LoopMember? {
        members.indices.contains(slot) ? members[slot] : nil
    }
}
