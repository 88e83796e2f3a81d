import Media

extension InspectorCore {
    /// What is inspected from here to `end` arrived now.
    func begin(at arrival: MonotonicTime) {
        now = arrival
        guard monitor.packetsCame(at: arrival) else { return }
        for index in Self.nullIndex + 1..<stateCount { times[index].timer.restart(at: arrival) }
    }

    /// Looks at what is overdue, if it is time to.
    func end() {
        guard monitor.isLookDue(at: now) else { return }
        monitor.look(at: now)
        for place in monitor.streams.indices {
            let index = Int(indices[Int(monitor.streams[place].pid)])
            // Packets of PIDs beyond the limit are not told apart.
            guard index > Self.nullIndex || stateCount < Self.capacity else { continue }
            let packets = index > Self.nullIndex ? states[index].packets : 0
            monitor.look(atStream: place, packets: packets, at: now)
            guard index > Self.nullIndex, states[index].role.contains(.timed), !states[index].role.contains(.scrambled),
                times[index].timer.isOverdue(at: now, after: StreamMonitor.presentationInterval)
            else { continue }
            monitor.faults.ptsErrors &+= 1
        }
    }

    /// A packet with sections of one of the tables that are followed.
    func sectionsCame(_ packet: TSPacket, _ role: PIDState.Role) {
        if role.contains(.table) {
            let before = (own: tables.ownSections, foreign: tables.foreignSections)
            let changed = tables.consume(packet)
            if tables.ownSections != before.own { monitor.tableCame(pid: packet.pid, at: now) }
            if packet.isScrambled || tables.foreignSections != before.foreign { monitor.tableBroke(pid: packet.pid) }
            if changed { assignRoles() }
        } else {
            let before = (own: information.conditionalAccessSections, foreign: information.foreignSections)
            information.consume(packet)
            if information.conditionalAccessSections != before.own { monitor.conditionalAccessCame(at: now) }
            if information.foreignSections != before.foreign { monitor.faults.catErrors &+= 1 }
        }
    }

    /// A PES packet with a PTS began on the PID at `index`.
    func presentationTimeCame(index: Int) {
        let isLate = times[index].timer.came(at: now, within: StreamMonitor.presentationInterval)
        states[index].role.remove(.scrambled)
        if isLate, states[index].role.contains(.timed) { monitor.faults.ptsErrors &+= 1 }
    }

    /// A unit began whose times cannot be seen.
    func unitHidTimes(_ packet: TSPacket, index: Int) {
        guard packet.isScrambled else { return }
        states[index].role.insert(.scrambled)
        times[index].timer.restart(at: now)
    }
}
