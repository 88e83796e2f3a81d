import HeadgateTestKit
import MPEGTS
import Media

/// Sends a stream over two legs that lose messages, and holds the merger's output to what they brought.
struct MergeSimulation {
    struct Leg {
        /// In milliseconds, by message.
        var delay: (Int) -> Double
        /// The bytes of the first message, and of those that follow it.
        var messages: (first: Int, others: Int) = (1316, 1316)
        var loss = 0.1
        /// Messages that are lost anyhow: by the time at which they are sent, in milliseconds.
        var outage: Range<Double>?

        init(
            delay: Double,
            messages: (first: Int, others: Int) = (1316, 1316),
            loss: Double = 0.1,
            outage: Range<Double>? = nil
        ) {
            self.delay = { _ in delay }
            self.messages = messages
            self.loss = loss
            self.outage = outage
        }
    }

    /// Milliseconds from one packet to the next: 5 Mbit/s.
    static let packetInterval = 0.3

    /// Nothing is lost before, in milliseconds: so long the leg that is behind may not have begun, so that nothing can be
    /// expected of it.
    static let begin = 200.0
    /// Nor are the last packets, by which the place of those before is found.
    static let tail = 100

    var packets: [[UInt8]]
    var legs: [Leg]
    /// Whether the caller tells of losses.
    var tellsLosses = true
    /// By how much each leg's clock is ahead, in milliseconds; nil when the caller does not know when packets were sent.
    var clocks: [Double]?
    var skewWindow = Duration.milliseconds(200)
    var seed: UInt64

    struct Outcome {
        var output: [[UInt8]] = []
        /// Which packets each leg brought whole.
        var brought: [[Bool]] = []
        var merger: TSMerger
        var mostHeld = 0
        var longestRun = 0
    }

    private struct Message {
        var arrival: Double
        var sent: Double
        var leg: MergeLeg
        var bytes: ArraySlice<UInt8>
        var isAfterLoss: Bool
    }

    func run() -> Outcome {
        var generator = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 5)
        let stream = Array(packets.joined())
        var outcome = Outcome(merger: TSMerger(configuration: .init(skewWindow: skewWindow)))
        var messages: [Message] = []
        for (leg, path) in zip(MergeLeg.allCases, legs) {
            var isReceived: [Bool] = []
            var arrival = 0.0
            var start = 0
            while start < stream.count {
                let end = min(stream.count, start + (start == 0 ? path.messages.first : path.messages.others))
                let sent = Double(end) / 188 * Self.packetInterval
                let mayBeLost = sent >= Self.begin && end + Self.tail * 188 < stream.count
                let isLost = Double.random(in: 0..<1, using: &generator) < path.loss && mayBeLost
                if isLost || path.outage?.contains(sent) == true {
                    isReceived.append(false)
                } else {
                    arrival = max(arrival, sent + path.delay(isReceived.count))
                    let message = Message(
                        arrival: arrival,
                        sent: sent,
                        leg: leg,
                        bytes: stream[start..<end],
                        isAfterLoss: isReceived.last == false
                    )
                    messages.append(message)
                    isReceived.append(true)
                }
                start = end
            }
            func message(of byte: Int) -> Int {
                byte < path.messages.first ? 0 : 1 + (byte - path.messages.first) / path.messages.others
            }
            outcome.brought.append(
                packets.indices.map { index in
                    (message(of: index * 188)...message(of: index * 188 + 187)).allSatisfy { isReceived[$0] }
                }
            )
        }
        messages.sort { ($0.arrival, $0.leg.rawValue) < ($1.arrival, $1.leg.rawValue) }
        for message in messages { receive(message, &outcome) }
        let end = Self.time((messages.last?.arrival ?? 0) + 10_000)
        tick(until: end, &outcome)
        var output = outcome.output
        outcome.merger.flush(at: end) { output += Self.cut($0) }
        outcome.output = output
        return outcome
    }

    private func receive(_ message: Message, _ outcome: inout Outcome) {
        let now = Self.time(message.arrival)
        tick(until: now, &outcome)
        var output: [[UInt8]] = []
        var longestRun = 0
        message.bytes.withUnsafeBytes { payload in
            let afterLoss = tellsLosses && message.isAfterLoss
            let sent = clocks.map { Self.time(message.sent + $0[message.leg.rawValue]) }
            outcome.merger.receive(payload, on: message.leg, afterLoss: afterLoss, sent: sent, at: now) {
                output += Self.cut($0)
                longestRun = max(longestRun, $0.count / 188)
            }
        }
        outcome.output += output
        outcome.longestRun = max(outcome.longestRun, longestRun)
        outcome.mostHeld = max(outcome.mostHeld, outcome.merger.heldPackets)
    }

    private func tick(until now: MonotonicTime, _ outcome: inout Outcome) {
        while let deadline = outcome.merger.deadline, deadline <= now {
            var output: [[UInt8]] = []
            outcome.merger.tick(at: deadline) { output += Self.cut($0) }
            outcome.output += output
        }
    }

    static func time(_ milliseconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000_000_000 + Int64(milliseconds * 1_000_000))
    }

    static func cut(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: 188).map { Array(bytes[$0..<min(bytes.count, $0 + 188)]) }
    }
}

extension MergeSimulation.Outcome {
    /// Says how the output differs from the packets that at least one leg brought; nil when it does not.
    ///
    /// The number of null packets is held only where one leg brought all of them with the packets around them: where both
    /// lost something in between, it cannot be known.
    func difference(from packets: [[UInt8]]) -> String? {
        let expected = packets.indices.filter { brought[0][$0] || brought[1][$0] }
        var place = 0
        var former: Int?
        var nulls = 0
        func isCertain(_ range: ClosedRange<Int>) -> Bool {
            brought.contains { leg in range.allSatisfy { leg[$0] } }
        }
        let told = expected.filter { !Self.isNull(packets[$0]) }
        for packet in output {
            if Self.isNull(packet) {
                nulls += 1
                continue
            }
            guard place < told.count else { return "more packets than expected" }
            let index = told[place]
            guard packets[index] == packet else {
                let found = told.firstIndex { packets[$0] == packet }
                return "packet \(index) of \(packets.count) (\(place) of the output) is missing or misplaced: there is "
                    + "\(found.map { "\(told[$0])" } ?? "none")"
            }
            if let former, isCertain(former...index), nulls != index - former - 1 {
                return "\(nulls) null packets between \(former) and \(index)"
            }
            former = index
            nulls = 0
            place += 1
        }
        return place == told.count ? nil : "\(told.count - place) packets are missing at the end"
    }

    /// The same for one PID.
    func difference(from packets: [[UInt8]], pid: UInt16) -> String? {
        func isOfPID(_ packet: [UInt8]) -> Bool { UInt16(packet[1] & 0x1F) << 8 | UInt16(packet[2]) == pid }
        let told = packets.indices.filter { (brought[0][$0] || brought[1][$0]) && isOfPID(packets[$0]) }
        let output = output.filter(isOfPID)
        for (place, (packet, index)) in zip(output, told).enumerated() where packet != packets[index] {
            return "packet \(index) of \(packets.count) (\(place) of the output) is missing or misplaced"
        }
        return output.count == told.count ? nil : "\(told.count - output.count) packets are missing at the end"
    }

    static func isNull(_ packet: [UInt8]) -> Bool { packet[1] & 0x1F == 0x1F && packet[2] == 0xFF }
}
