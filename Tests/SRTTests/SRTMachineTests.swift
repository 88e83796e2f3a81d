import Media
import NetworkAddress
import Testing

@testable import SRT

@Suite("The SRT room's small machines")
struct SRTMachineTests {
    private func seconds(_ value: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(value * 1e9))
    }

    @Test("An address that used up its tries is slowed, others are not, and it gets one more each second")
    func limiter() {
        var limiter = AddressLimiter(burst: 10)
        let noisy = IPAddress(v4: 1)
        let quiet = IPAddress(v4: 2)
        for _ in 0..<10 { #expect(limiter.take(noisy, at: .zero) == true) }
        #expect(limiter.take(noisy, at: .zero) == false)
        #expect(limiter.isExhausted(noisy, at: seconds(0.9)))
        #expect(limiter.take(quiet, at: .zero) == true)
        #expect(!limiter.isExhausted(noisy, at: seconds(1.1)))
        #expect(limiter.take(noisy, at: seconds(1.1)) == true)
        #expect(limiter.take(noisy, at: seconds(1.2)) == false)
    }

    @Test("What an address asks for has tries of its own")
    func limiterNames() {
        var limiter = AddressLimiter(burst: 1)
        let address = IPAddress(v4: 1)
        #expect(limiter.take(address, for: "a/in", at: .zero) == true)
        #expect(limiter.take(address, for: "a/in", at: .zero) == false)
        #expect(!limiter.isExhausted(address, for: "b/in", at: .zero))
        #expect(limiter.take(address, for: "b/in", at: .zero) == true)
    }

    @Test("IPv6 addresses of one /64 share their tries")
    func limiterV6() {
        var limiter = AddressLimiter(burst: 1)
        let base = UInt128(0x2001_0db8) << 96
        #expect(limiter.take(IPAddress(v6: base | 1), at: .zero) == true)
        #expect(limiter.take(IPAddress(v6: base | 2), at: .zero) == false)
        #expect(limiter.take(IPAddress(v6: base | 1 << 64), at: .zero) == true)
    }

    @Test("Most rounds leave the newest message behind, one in thirty milliseconds reads all, and a gap ends the wait")
    func readPace() {
        var pace = SRTReadPace()
        let start: Int64 = 1_000_000_000
        func time(_ milliseconds: Double) -> MonotonicTime {
            MonotonicTime(nanoseconds: start + Int64(milliseconds * 1e6))
        }
        pace.roundBegan(at: time(0))
        for index in 0..<100 {
            #expect(pace.mayRead(at: time(0)), "the first round reads everything")
            pace.messageRead(due: time(Double(index - 99)))
        }
        #expect((900_000...1_000_000).contains(pace.spacing))
        pace.roundBegan(at: time(1))
        #expect(!pace.mayRead(at: time(1)), "the message that is due now would be the last one")
        #expect(pace.mayRead(at: time(2)))
        pace.messageRead(due: time(1))
        #expect(!pace.mayRead(at: time(2)))
        // The stream stops: what is left is read at once, and later a look suffices.
        pace.roundBegan(at: time(7))
        #expect(pace.mayRead(at: time(7)))
        #expect(!pace.isQuiet(at: time(7)))
        #expect(pace.isQuiet(at: time(200)))
        pace.roundBegan(at: time(31))
        pace.messageRead(due: time(31))
        #expect(pace.mayRead(at: time(31)), "thirty milliseconds after the last full read")
    }

    @Test("A slow stream waits for no more than the longest lag, and times that jump do no harm")
    func readPaceLimits() {
        var pace = SRTReadPace()
        pace.roundBegan(at: MonotonicTime(nanoseconds: 50_000_000))
        for index in 0..<200 { pace.messageRead(due: MonotonicTime(nanoseconds: Int64(index) * 19_000_000)) }
        for due in [Int64.max, .min, 0, .max] { pace.messageRead(due: MonotonicTime(nanoseconds: due)) }
        #expect((0...20_000_000).contains(pace.spacing))
        pace.messageRead(due: MonotonicTime(nanoseconds: 1_000_000_000))
        pace.roundBegan(at: MonotonicTime(nanoseconds: 60_000_000))
        #expect(pace.mayRead(at: MonotonicTime(nanoseconds: 1_000_000_000 + SRTReadPace.maximumLag)))
        #expect(!pace.mayRead(at: MonotonicTime(nanoseconds: 1_000_000_000 + SRTReadPace.maximumLag - 1)))
    }

    @Test("The table of addresses is bounded")
    func limiterCapacity() {
        var limiter = AddressLimiter(burst: 2, capacity: 100)
        for index in 0..<10_000 {
            _ = limiter.take(IPAddress(v4: UInt32(index)), at: MonotonicTime(nanoseconds: Int64(index)))
            #expect(limiter.count <= 100)
        }
    }

    @Test("Connections are counted in all and for each address, and given back")
    func connectionTable() {
        var table = ConnectionTable(maximum: 3, maximumPerAddress: 2)
        let first = IPAddress(v4: 1)
        let second = IPAddress(v4: 2)
        #expect(table.take(first) == true)
        #expect(table.take(first) == true)
        #expect(table.take(first) == false)
        #expect(table.take(second) == true)
        #expect(table.take(second) == false)
        table.giveBack(first)
        #expect(table.take(second) == true)
        table.giveBack(IPAddress(v4: 9))
        #expect(table.total == 3)
    }

    @Test("A passphrase appears in no description")
    func redaction() {
        let settings = SRTEncryptionSettings(passphrase: "correct horse battery", keyLength: 32)
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped] {
            #expect(!text.contains("horse"))
        }
    }

    @Test(
        "Settings out of range are refused",
        arguments: [
            (Duration.seconds(11), Duration.seconds(5), nil),
            (.milliseconds(-1), .seconds(5), nil),
            (.seconds(Int64.max), .seconds(5), nil),
            (.milliseconds(120), .milliseconds(999), nil),
            (.milliseconds(120), .seconds(11), nil),
            (.milliseconds(120), .seconds(5), SRTEncryptionSettings(passphrase: "too short", keyLength: 16)),
            (.milliseconds(120), .seconds(5), SRTEncryptionSettings(passphrase: "long enough", keyLength: 20)),
        ] as [(Duration, Duration, SRTEncryptionSettings?)]
    )
    func settings(_ latency: Duration, _ idle: Duration, _ encryption: SRTEncryptionSettings?) {
        #expect(throws: SRTFailure.self) {
            try SRTSessionSettings(latency: latency, peerIdleTimeout: idle, encryption: encryption)
        }
    }

    @Test(
        "A session has room for what comes within its latency",
        arguments: [(0, 4_096), (120, 4_096), (1_000, 11_875), (10_000, 65_536)] as [(Int, Int32)]
    )
    func receiveWindow(_ latency: Int, _ packets: Int32) throws {
        let settings = try SRTSessionSettings(
            latency: .milliseconds(latency),
            peerIdleTimeout: .seconds(5),
            encryption: nil
        )
        #expect(settings.receiveWindow == packets)
    }

    @Test(
        "A far side's reject reason becomes a sentence",
        arguments: [
            (10, "wrong passphrase"), (11, "encryption"), (16, "no answer"), (1403, "address"),
            (1404, "unknown stream ID"),
            (1402, "no more connections"), (4711, "4711"),
        ] as [(Int32, String)]
    )
    func rejectReasons(_ code: Int32, _ words: String) {
        #expect(SRTRejectReason.sentence(code).contains(words))
    }
}
