import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("Splicing transport streams")
struct TSSpliceTests {
    private let video = 0x100
    private let audio = 0x101

    /// Steps of the decode times of one PID, in ticks.
    private func steps(_ checker: StreamChecker, _ pid: Int) -> [Int64] {
        let times = checker.units(pid).map(\.dts)
        return zip(times.dropFirst(), times).map { $0 - $1 }
    }

    @Test("One source passes as it came, from where it lies")
    func transparent() throws {
        let stream = try SplicedStream(ticks: 90_000)
        var driver = SpliceDriver(stream)
        driver.run(0, until: 10_000)
        #expect(driver.output == stream.all)
        #expect(driver.splice.isTransparent)
    }

    @Test("Another encoder takes over at once, on a keyframe, and its times go on", arguments: [0, 7, 24])
    func takeOver(keyframeOffset: Int) throws {
        let first = try SplicedStream(ticks: 90_000)
        let second = try SplicedStream(ticks: 700_000_000, keyframeOffset: keyframeOffset)
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 2_020)
        let before = driver.output.count
        driver.run(1, until: 2_045)
        #expect(driver.output.count > before, "nothing went out at once")
        driver.run(1, until: 4_000)
        driver.drain(at: 4_000)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        #expect(checker.violations == [])
        #expect(driver.seams.map(\.kind) == [.rebased])
        // No step beyond the picture interval and the time that passed, but for past pictures closer together.
        #expect(steps(checker, video).allSatisfy { $0 >= 90 && $0 <= 3_600 + 2_500 })
        #expect(steps(checker, audio).allSatisfy { $0 > 0 && $0 <= 1_920 * 2 + 3_600 })
        let firstAfter = try #require(checker.units(video).first { $0.dts > 90_000 + 18_000 + 50 * 3_600 })
        #expect(firstAfter.isRandomAccess)
        // The step is told as it is.
        let times = checker.units(video).map(\.dts)
        let seam = try #require(times.firstIndex(of: firstAfter.dts))
        #expect(driver.seams[0].decodeStep == times[seam] - times[seam - 1])
        // The end is where it would be had the first source gone on.
        let last = try #require(checker.units(video).last)
        #expect(abs(last.dts - (90_000 + 18_000 + 99 * 3_600)) < 3_600 + 2_500)
        #expect(checker.mapVersions == [0])
    }

    @Test(
        "Pictures that are reordered keep their order, decoded and shown",
        arguments: [1_300, 1_800, 2_020] as [Int64]
    )
    func reordered(moment: Int64) throws {
        let first = try SplicedStream(ticks: 90_000, isReordered: true)
        let second = try SplicedStream(ticks: 700_000_000, keyframeOffset: 7, isReordered: true)
        var driver = SpliceDriver(first, second)
        driver.run(0, until: moment)
        driver.run(1, until: 4_000)
        driver.drain(at: 4_000)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        #expect(
            checker.violations.filter {
                !$0.contains("needless") && !$0.contains("table") && !$0.contains("clock steps by 8")
            } == []
        )
        #expect(steps(checker, video).allSatisfy { $0 >= 90 && $0 <= 3_600 * 6 })
    }

    @Test("Sound stays where it was beside the picture, through 200 switches")
    func noDrift() throws {
        let first = try SplicedStream(ticks: 90_000, seconds: 102, groupLength: 10)
        let second = try SplicedStream(ticks: 5_000_000_000, seconds: 102, groupLength: 10, keyframeOffset: 4)
        var driver = SpliceDriver(first, second)
        var time: Int64 = 1_000
        for index in 0..<200 {
            driver.run(index % 2, until: time)
            time += 500
        }
        driver.drain(at: time)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        // Tables come with each seam, and then as the source sends them.
        #expect(checker.violations.filter { !$0.contains("tables 1") } == [])
        #expect(driver.seams.count == 199)
        let video = try #require(checker.units(video).last)
        let audio = try #require(checker.units(audio).last)
        let end = time - 500
        #expect(abs(video.dts - (108_000 + end * 90)) < 9_000)
        // The last that came of each before the end, in the source's own times.
        let lastPicture = Int64(3_600) * ((end - 1) / 40)
        let lastSound = stride(from: Int64(0), to: end * 90 + 1_920, by: 1_920).filter { $0 / 90 < end }.max() ?? 0
        #expect(audio.pts - video.pts == lastSound - lastPicture)
    }

    @Test(
        "The same packets on another way go on with the next one, whichever way is behind",
        arguments: [-150, -40, 0, 40, 150] as [Int64]
    )
    func samePackets(skew: Int64) throws {
        let stream = try SplicedStream(startingAt: 1_000, ticks: 90_000)
        var driver = SpliceDriver(stream, stream.delayed(by: skew))
        driver.run(0, until: 2_510)
        driver.run(1, until: 3_300)
        driver.run(0, until: 10_000)
        driver.drain(at: 10_000)
        #expect(driver.output == stream.all)
        #expect(driver.splice.isTransparent)
        #expect(driver.seams.map(\.kind) == [.samePackets, .samePackets])
    }

    @Test("A source that was interrupted and goes on is passed as it comes, from its first packet")
    func resumed() throws {
        let stream = try SplicedStream(ticks: 90_000)
        var driver = SpliceDriver(stream)
        driver.run(0, until: 1_510)
        var rest = stream
        rest.units = stream.units.filter { $0.milliseconds >= 2_330 }
        driver.reconnect(0, as: rest)
        driver.run(0, until: 10_000)
        let expected = stream.units.filter { $0.milliseconds < 1_510 || $0.milliseconds >= 2_330 }.flatMap(\.bytes)
        #expect(driver.output == expected)
        #expect(driver.seams.map(\.kind) == [.resumed])
    }

    @Test("A source that begins anew is moved to where it should go on")
    func restarted() throws {
        var driver = SpliceDriver(try SplicedStream(ticks: 8_000_000))
        driver.run(0, until: 1_510)
        driver.reconnect(0, as: try SplicedStream(startingAt: 3_000, ticks: 0, seconds: 2))
        driver.run(0, until: 10_000)
        driver.drain(at: 10_000)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        // A gap of a second and a half has no tables and no clock.
        #expect(
            checker.violations.allSatisfy {
                $0.contains("apart") || $0.contains("clock steps") || $0.contains("no table")
            }
        )
        #expect(steps(checker, video).allSatisfy { $0 > 0 && $0 < 1_600 * 90 })
        #expect(steps(checker, video).max().map { $0 > 1_400 * 90 } == true)
    }

    @Test("Another stream with the same tracks takes over the PIDs, and receivers are told nothing new")
    func remapped() throws {
        let first = try SplicedStream(ticks: 90_000)
        let second = try SplicedStream(ticks: 700_000_000).moved(by: 0x40)
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 2_020)
        driver.run(1, until: 3_000)
        driver.run(0, until: 4_000)
        driver.drain(at: 4_000)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        #expect(checker.violations == [])
        #expect(checker.mapVersions == [0])
        #expect(Set(checker.units.map(\.pid)) == [video, audio])
    }

    @Test("A stream with other tracks is announced with tables of a new version")
    func announced() throws {
        let first = try SplicedStream(ticks: 90_000)
        let second = try SplicedStream(ticks: 700_000_000, tracks: [MuxFixture.videoTrack])
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 2_020)
        driver.run(1, until: 4_000)
        driver.drain(at: 4_000)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        #expect(checker.violations == [])
        #expect(checker.mapVersions == [0, 1])
    }

    @Test("A source that is asked for again before another could begin goes on with a picture of its own")
    func calledBack() throws {
        let first = try SplicedStream(ticks: 90_000)
        var second = try SplicedStream(ticks: 700_000_000)
        second.units.removeAll { $0.milliseconds < 1_200 }
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 1_300)
        driver.run(1, until: 1_500)
        driver.run(0, until: 4_000)
        driver.drain(at: 4_000)
        let checker = StreamChecker(driver.output, maximumWait: 180_000)
        #expect(
            checker.violations.allSatisfy {
                $0.contains("apart") || $0.contains("clock steps") || $0.contains("no table")
            }
        )
        #expect(driver.seams.count == 1)
        let afterGap = try #require(checker.units(video).first { $0.dts > 108_000 + 33 * 3_600 })
        #expect(afterGap.isRandomAccess)
    }

    @Test("Datagrams that do not begin with a packet are spliced as well")
    func unaligned() throws {
        let first = try SplicedStream(ticks: 90_000)
        let second = try SplicedStream(ticks: 700_000_000, keyframeOffset: 7)
        var driver = SpliceDriver(first, second, payloadByteCount: 1_472)
        driver.run(0, until: 1_500)
        driver.run(1, until: 4_000)
        driver.drain(at: 4_000)
        // The first source stopped within a packet.
        var aligner = TSAligner()
        let checker = StreamChecker(aligner.append(driver.output), maximumWait: 180_000)
        #expect(checker.units(video).filter(\.isRandomAccess).count >= 4)
        #expect(steps(checker, video).allSatisfy { $0 > 0 })
        #expect(checker.units(video).count > 90)
    }

    @Test("A source that shows no place to begin at passes as it comes, after a while")
    func noEntry() throws {
        let first = try SplicedStream(ticks: 90_000)
        var second = try SplicedStream(ticks: 700_000_000, seconds: 10)
        // Without tables nothing can be told.
        second.units = second.units.map { unit in
            let packets = stride(from: 0, to: unit.bytes.count, by: 188).map { Array(unit.bytes[$0..<$0 + 188]) }
            let kept = packets.filter { [0x100, 0x101].contains(Int($0[1] & 0x1F) << 8 | Int($0[2])) }
            return (unit.milliseconds, kept.flatMap { $0 })
        }
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 2_000)
        let before = driver.output.count
        driver.run(1, until: 4_900)
        #expect(driver.output.count == before)
        driver.run(1, until: 6_000)
        #expect(driver.output.count > before)
        #expect(driver.seams.map(\.kind) == [.unchanged])
    }

    @Test("A source that has another name from now on goes on without a seam")
    func handedOver() throws {
        let stream = try SplicedStream(ticks: 90_000)
        var driver = SpliceDriver(stream)
        driver.run(0, until: 1_000)
        driver.splice.hand(0, to: 7)
        #expect(driver.splice.source == 7)
        driver.splice.hand(7, to: 0)
        driver.run(0, until: 10_000)
        #expect(driver.output == stream.all)
        #expect(driver.seams.isEmpty)
    }

    @Test("Nothing goes out of a source that cannot be entered yet")
    func waitsForEntry() throws {
        let first = try SplicedStream(ticks: 90_000)
        var second = try SplicedStream(ticks: 700_000_000)
        // It came in the middle of a group of pictures.
        second.units.removeAll { $0.milliseconds < 1_200 }
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 1_500)
        let before = driver.output.count
        driver.run(1, until: 1_980)
        #expect(driver.output.count == before)
        driver.run(1, until: 2_500)
        driver.drain(at: 2_500)
        #expect(driver.output.count > before)
        #expect(StreamChecker(driver.output, maximumWait: 180_000).units(video).count > 40)
    }

    @Test("What is kept goes out faster than it came, but not all at once")
    func paced() throws {
        let first = try SplicedStream(ticks: 90_000)
        let second = try SplicedStream(ticks: 700_000_000)
        var driver = SpliceDriver(first, second)
        driver.run(0, until: 1_950)
        let before = driver.output.count
        driver.run(1, until: 1_970)
        let burst = driver.output.count - before
        #expect(burst > 0 && burst <= TSSplice.catchUpBytes * 3 / 2)
    }
}
