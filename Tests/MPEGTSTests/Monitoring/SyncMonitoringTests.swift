import Testing

@testable import MPEGTS

@Suite("Sync bytes, TR 101 290")
struct SyncMonitoringTests {
    /// Sends ten packets of which these have a wrong sync byte, in the middle of a clean stream.
    private func faults(damaging places: [Int]) -> (bytes: UInt64, losses: UInt64, packets: UInt64) {
        var stream = MonitoredStream()
        stream.run(milliseconds: 100)
        stream.edit = { packets in
            packets = Array(repeating: TestPackets.null, count: 10)
            for place in places { packets[place][0] = 0x46 }
        }
        stream.run(milliseconds: 10)
        stream.edit = { _ in }
        let before = stream.snapshot
        stream.run(milliseconds: 100)
        #expect(stream.snapshot.syncLosses == before.syncLosses)
        #expect(stream.faults.syncByteErrors == before.faults.syncByteErrors)
        return (before.faults.syncByteErrors, before.syncLosses, before.packets)
    }

    @Test(
        "One that is wrong is an error, two in a row are a loss of sync",
        arguments: [
            ([], 0, 0, 10), ([0], 1, 0, 9), ([4], 1, 0, 9), ([9], 1, 0, 9), ([1, 5], 2, 0, 8), ([4, 5], 2, 1, 8),
            ([8, 9], 2, 1, 8), ([3, 4, 5, 6], 2, 1, 6), (Array(0...9), 2, 1, 0),
        ] as [([Int], UInt64, UInt64, UInt64)]
    )
    func damaged(places: [Int], bytes: UInt64, losses: UInt64, packets: UInt64) {
        let found = faults(damaging: places)
        #expect(found.bytes == bytes)
        #expect(found.losses == losses)
        #expect(found.packets == 100 + packets)
    }

    @Test("Each loss is counted, also when whole payloads follow it")
    func losses() {
        var stream = MonitoredStream()
        for _ in 0..<3 {
            stream.run(milliseconds: 100)
            stream.edit = { $0 = Array(repeating: Array(repeating: 0x11, count: 188), count: 7) }
            stream.run(milliseconds: 30)
            stream.edit = { _ in }
        }
        #expect(stream.snapshot.syncLosses == 3)
        #expect(stream.faults.syncByteErrors == 6)
    }
}
