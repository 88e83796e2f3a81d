import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("Limits of the demuxer")
struct DemuxLimitsTests {
    @Test("hold for the length of a parameter set")
    func setBytes() {
        var store = ParameterSetStore(codec: .h264)
        let set = TestPictures.pictureSet
        for (length, isTaken) in [
            (ParameterSetStore.maximumSetBytes, true), (ParameterSetStore.maximumSetBytes + 1, false),
        ] {
            let unit = set + Array(repeating: UInt8(0x80), count: length - set.count)
            let result = unit.withUnsafeBytes { store.receive($0, kind: .picture) }
            #expect(result == isTaken)
        }
    }

    @Test("hold for the number of parameter sets of a kind")
    func setCount() throws {
        var store = ParameterSetStore(codec: .h264)
        let isTaken = TestPictures.sequenceSet.withUnsafeBytes { store.receive($0, kind: .sequence) }
        #expect(isTaken)
        var taken = 0
        for identifier in 0..<200 {
            let code = String(identifier + 1, radix: 2)
            let unit = [0x68] + TestBits.bytes(String(repeating: "0", count: code.count - 1) + code + "1")
            if unit.withUnsafeBytes({ store.receive($0, kind: .picture) }) { taken += 1 }
        }
        #expect(taken == ParameterSetStore.maximumSets)
        let configuration = store.takeConfiguration()
        let record = try #require(configuration)
        #expect(try AVCDecoderConfiguration(reading: record).pictureParameterSets.count == taken)
        #expect(!store.hasChanged)
    }

    @Test("hold for PES packets of audio without a length")
    func audioPES() {
        let frame: [UInt8] = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4]
        let count = ElementaryStream.maximumAudioPESBytes / frame.count
        var stream = DemuxFixture.audio(0x0F)
        for frames in [count - 2, count + 1] {
            let packet = Array(repeatElement(frame, count: frames).joined())
            stream.add(packet, pid: DemuxFixture.audioPID, pts: 90_000)
        }
        let events = stream.events()
        #expect(events.samples.count == count - 2)
        #expect(events.statistics.oversized == 1)
    }

    @Test("hold for the reports of streams that cannot become tracks")
    func reports() {
        let streams = (0..<100 as Range<UInt16>).map { (type: UInt8(0x02), pid: 0x200 + $0, descriptors: [UInt8]()) }
        #expect(DemuxFixture(streams).events().all.count == TSDemuxer.maximumReports)
    }

    @Test("hold for the length of an Opus packet")
    func opus() {
        var framing = OpusFraming(channelCode: 2)
        let bytes: [UInt8] = [0x7F, 0xE0] + Array(repeating: 0xFF, count: OpusFraming.maximumPacketBytes / 255)
        let steps = [bytes, bytes + [0xFF]].map { bytes in
            bytes.withUnsafeBytes { framing.next($0, isInStep: true) }
        }
        #expect(steps == [.incomplete, .invalid])
    }

    @Test("hold for what all streams together keep")
    func total() {
        #expect(TSDemuxer.maximumBufferedBytes <= 32 * 1024 * 1024)
    }
}
