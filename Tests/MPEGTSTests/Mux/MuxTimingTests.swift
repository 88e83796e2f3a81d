import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

@Suite("The clock and the time stamps of a muxed stream")
struct MuxTimingTests {
    @Test(
        "hold before a strict checker, whatever the rate of pictures and their size",
        arguments: [750, 1_500, 1_502, 3_000, 3_003, 3_600, 3_750, 9_000, 90_000] as [Int64],
        [1, 176, 184, 3_000, 90_000]
    )
    func rates(interval: Int64, byteCount: Int) throws {
        let pictures = MuxFixture.pictures(stride(from: 0, to: 50 * interval, by: Int(interval))) { _ in byteCount }
        let sounds = MuxFixture.sounds(stride(from: 0, to: 50 * interval, by: 1_920))
        for samples in [pictures, MuxFixture.interleaved(pictures + sounds)] {
            let checker = StreamChecker(try MuxFixture.mux(samples))
            #expect(checker.violations == [])
            #expect(checker.units(0x100).count == 50)
            #expect(checker.units(0x101).count == samples.count - 50)
            #expect(checker.clocks.allSatisfy { !$0.isDiscontinuous })
        }
    }

    @Test("are those of the samples and the delay")
    func stamps() throws {
        let offsets: [Int64] = [3_600, 10_800, 3_600, 0, 3_600]
        let samples = offsets.enumerated().map { index, offset in
            MuxFixture.picture(Int64(index) * 3_600, isKeyframe: index == 0, offset: offset)
        }
        let units = StreamChecker(try MuxFixture.mux(samples)).units
        #expect(units.map { $0.dts - MuxTimeline.delay } == samples.map(\.decodeTime.ticks))
        #expect(units.map { $0.pts - MuxTimeline.delay } == samples.map(\.presentationTime.ticks))
        #expect(units.map(\.clock) == samples.map(\.decodeTime.ticks))
    }

    @Test("wrap after 33 bits", arguments: [-200_000, -9_000, -18_000, -1] as [Int64])
    func wrap(start: Int64) throws {
        let first = (1 << 33) + start
        let samples = MuxFixture.interleaved(
            MuxFixture.pictures(stride(from: first, to: first + 270_000, by: 3_600))
                + MuxFixture.sounds(stride(from: first, to: first + 270_000, by: 1_920))
        )
        let checker = StreamChecker(try MuxFixture.mux(samples))
        #expect(checker.violations == [])
        #expect(checker.units.count == samples.count)
        #expect(Set(checker.clocks.map { $0.ticks < 300 << 32 }) == [true, false])
        #expect(checker.clocks.allSatisfy { !$0.isDiscontinuous })
    }

    @Test("begin below zero without harm")
    func negative() throws {
        let samples = MuxFixture.pictures(stride(from: -90_000, to: 90_000, by: 3_600))
        let checker = StreamChecker(try MuxFixture.mux(samples))
        #expect(checker.violations == [])
        #expect(checker.units.count == samples.count)
    }

    @Test("are spread over a long picture")
    func spread() throws {
        let pictures = MuxFixture.pictures(stride(from: 0, to: 36_000, by: 3_600)) { $0 == 5 ? 400_000 : 2_000 }
        let checker = StreamChecker(try MuxFixture.mux(pictures))
        #expect(checker.violations == [])
        let long = checker.units[5]
        let inside = checker.clocks.filter { $0.ticks > long.clock * 300 && $0.ticks < (long.clock + 3_600) * 300 }
        #expect(inside.count >= long.packets / TSPacketBuffer.clockSpacing - 1)
        #expect(inside.allSatisfy { $0.hasPayload })
        for (one, next) in zip(inside, inside.dropFirst()) {
            #expect(next.packet - one.packet == TSPacketBuffer.clockSpacing)
        }
    }

    @Test("are on the sound when there is no video")
    func soundOnly() throws {
        let samples = MuxFixture.sounds(stride(from: 0, to: 450_000, by: 1_920))
        let checker = StreamChecker(try MuxFixture.mux(samples, tracks: [MuxFixture.audioTrack]))
        #expect(checker.violations == [])
        #expect(checker.clockPID == 0x100)
        #expect(checker.units(0x100).count == samples.count)
    }

    @Test("stay in order when sound comes early or late", arguments: [-180_000, -45_000, -9_000, 9_000] as [Int64])
    func interleaving(audioDelay: Int64) throws {
        let samples = MuxFixture.interleaved(
            MuxFixture.pictures(stride(from: 0, to: 900_000, by: 3_600))
                + MuxFixture.sounds(stride(from: 0, to: 900_000, by: 1_920)),
            audioDelay: audioDelay
        )
        let checker = StreamChecker(try MuxFixture.mux(samples), maximumWait: 270_000)
        #expect(checker.violations == [])
        #expect(checker.units.count == samples.count)
    }

    @Test("are set back once, said to be discontinuous, for sound that is later than the delay")
    func lateSound() throws {
        let samples = MuxFixture.interleaved(
            MuxFixture.pictures(stride(from: 0, to: 900_000, by: 3_600))
                + MuxFixture.sounds(stride(from: 0, to: 900_000, by: 1_920)),
            audioDelay: 180_000
        )
        let checker = StreamChecker(try MuxFixture.mux(samples), maximumWait: 270_000)
        #expect(checker.violations == [])
        #expect(checker.units.count == samples.count)
        #expect(checker.clocks.filter(\.isDiscontinuous).count == 1)
    }

    @Test("leave out sound that is later than the bound")
    func farLateSound() throws {
        let pictures = MuxFixture.pictures(stride(from: 0, to: 900_000, by: 3_600))
        let late = MuxFixture.sound(900_000 - 3_600 - MuxTimeline.maximumLag - 1)
        let checker = StreamChecker(try MuxFixture.mux(pictures + [late]))
        #expect(checker.violations == [])
        #expect(checker.units.count == pictures.count)
    }

    @Test("go on by the sound while video is silent, and when it returns", arguments: [0, 135_000] as [Int64])
    func silentVideo(lateness: Int64) throws {
        // From 2 s to 8 s there are no pictures; the first ones after come late.
        let pictures = MuxFixture.pictures(stride(from: 0, to: 180_000, by: 3_600))
        let further = MuxFixture.pictures(stride(from: 720_000 - lateness, to: 1_080_000, by: 3_600))
        let sounds = MuxFixture.sounds(stride(from: 0, to: 1_080_000, by: 1_920))
        let before = MuxFixture.interleaved(pictures + sounds.filter { $0.decodeTime.ticks < 720_000 })
        let after = MuxFixture.interleaved(further + sounds.filter { $0.decodeTime.ticks >= 720_000 })
        let checker = StreamChecker(try MuxFixture.mux(before + after), maximumWait: 270_000)
        #expect(checker.violations == [])
        #expect(checker.units.count == before.count + after.count)
        #expect(checker.clockPID == 0x100)
        #expect(checker.clocks.filter(\.isDiscontinuous).count == (lateness == 0 ? 0 : 1))
        let silent = checker.clocks.filter { (270_000..<700_000 - lateness).contains($0.ticks / 300) }
        #expect(silent.count >= (430_000 - Int(lateness)) / 3_600)
        #expect(silent.allSatisfy { !$0.hasPayload })
    }

    @Test(
        "tell a jump, and go on from there",
        arguments: [
            -324_000_000, -450_000, -9_001, MuxTimeline.maximumStep + 1, 324_000_000,
        ] as [Int64]
    )
    func jump(step: Int64) throws {
        let base: Int64 = 400_000_000
        func part(_ start: Int64) -> [MediaSample] {
            MuxFixture.interleaved(
                MuxFixture.pictures(stride(from: start, to: start + 270_000, by: 3_600))
                    + MuxFixture.sounds(stride(from: start + 10, to: start + 270_000, by: 1_920))
            )
        }
        let first = part(base)
        let samples = first + part(base + 270_000 - 3_600 + step)
        let checker = StreamChecker(try MuxFixture.mux(samples), maximumWait: 270_000)
        #expect(checker.violations == [])
        #expect(checker.units.count == samples.count)
        #expect(checker.clocks.filter(\.isDiscontinuous).count == 1)
    }

    @Test("do not jump for a gap of up to ten seconds, nor for small steps back")
    func noJump() throws {
        let times: [Int64] = [0, 3_600, 7_200, 907_200, 910_800, 910_800, 902_000, 914_400, 918_000]
        let samples = times.enumerated().map { MuxFixture.picture($1, isKeyframe: $0 == 0) }
        let checker = StreamChecker(try MuxFixture.mux(samples))
        #expect(checker.violations == [])
        #expect(checker.units.count == samples.count)
        #expect(checker.clocks.allSatisfy { !$0.isDiscontinuous })
        #expect(checker.packetCount < 1_000)
    }

    @Test("leave out sound of the old timeline after video jumped, and of a new one before it does")
    func jumpsApart() throws {
        var samples = MuxFixture.interleaved(
            MuxFixture.pictures(stride(from: 0, to: 90_000, by: 3_600))
                + MuxFixture.sounds(stride(from: 0, to: 90_000, by: 1_920))
        )
        let count = samples.count
        samples.append(MuxFixture.sound(9_000_000))
        samples.append(MuxFixture.picture(9_000_000, isKeyframe: true))
        samples.append(MuxFixture.sound(92_160))
        samples.append(MuxFixture.sound(9_001_920))
        samples.append(MuxFixture.picture(9_003_600))
        let checker = StreamChecker(try MuxFixture.mux(samples))
        #expect(checker.violations == [])
        #expect(checker.units.count == count + 3)
        #expect(checker.clocks.filter(\.isDiscontinuous).count == 1)
    }

    @Test("present pictures no earlier than they are decoded, whatever offsets came")
    func negativeOffsets() throws {
        let offsets: [Int64] = [0, 3_600, -3_600, 0, 3_600, -3_600, 0, 3_600, -3_600, 0]
        let samples = offsets.enumerated().map { index, offset in
            MuxFixture.picture(Int64(index) * 3_600, isKeyframe: index == 0, offset: offset)
        }
        let checker = StreamChecker(try MuxFixture.mux(samples))
        #expect(checker.violations == [])
        // Where the first of them comes, the decode times have yet to make room: by a tick.
        let errors = zip(checker.units, samples).map { $0.pts - MuxTimeline.delay - $1.presentationTime.ticks }
        #expect(errors == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
        for offset in [MuxTimeline.maximumComposition + 1, -MuxTimeline.maximumComposition - 1, .min, .max] {
            #expect(try MuxFixture.mux([MuxFixture.picture(0, isKeyframe: true, offset: offset)]).isEmpty)
        }
    }

    @Test("do not trap for any times")
    func anyTimes() throws {
        var generator = SeededGenerator(seed: 7)
        let edges: [Int64] = [
            .min, .max, 0, -1, 1, MuxTimeline.maximumTicks, MuxTimeline.maximumTicks - 1, -MuxTimeline.maximumTicks,
            1 - MuxTimeline.maximumTicks, 1 << 33, 1 << 41,
        ]
        var samples: [MediaSample] = []
        for _ in 0..<4_000 {
            let far = edges[Int.random(in: 0..<edges.count, using: &generator)]
            let time = far &+ Int64.random(in: -2_000_000...2_000_000, using: &generator)
            let offset =
                Bool.random(using: &generator) ? 0 : Int64.random(in: -1_000_000...1_000_000, using: &generator)
            samples.append(
                Bool.random(using: &generator)
                    ? MuxFixture.picture(time, byteCount: 20, isKeyframe: true, offset: offset)
                    : MuxFixture.sound(time, byteCount: 20)
            )
        }
        let stream = try MuxFixture.mux(samples)
        #expect(stream.count.isMultiple(of: 188) && !stream.isEmpty)
        #expect(stream.count < samples.count * 260 * 188)
        #expect(try MuxFixture.mux([MuxFixture.picture(.max)]).isEmpty)
    }
}
