import Media
import NIOCore
import RTP
import Synchronization
import Testing

@testable import RTSP

@Suite("What is received of a session")
struct ReceptionTests {
    private let leg = TestLeg()
    private let unsupported = UnsupportedNames()

    private final class UnsupportedNames: Sendable {
        let names = Mutex<[String]>([])
    }

    private func reception(_ sections: String) throws -> RTSPReception {
        let text = "v=0\n" + sections + "\n"
        let choice = RTSPTrackChoice(
            try SessionDescription(parsing: ByteBuffer(string: text.wire)),
            isAnnounced: true
        )
        let names = unsupported
        let reception = RTSPReception(choice, sink: leg) { name in names.names.withLock { $0.append(name) } }
        return try #require(reception)
    }

    private func receive(_ packet: ByteBuffer, _ reception: RTSPReception, track: Int, at seconds: Double = 1) {
        packet.withUnsafeReadableBytes { reception.receive($0, track: track, at: .seconds(seconds)) }
    }

    @Test("Tracks go by their media sections: other sections' packets are dropped")
    func sections() throws {
        let reception = try reception("m=application 0 RTP/AVP 107\nm=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 8")
        for track in [-1, 0, 3, .max] {
            receive(rtpPacket(1, payloadType: 0, [1]), reception, track: track)
            #expect(reception.report(ofTrack: track, at: .zero) == nil)
            reception.playInfoReceived(track: track, timestamp: 0)
        }
        #expect(reception.lastArrivals.media == nil)
        receive(rtpPacket(1, payloadType: 0, [1, 2]), reception, track: 1)
        receive(rtpPacket(9, payloadType: 8, [3]), reception, track: 2, at: 2)
        let seen = leg.seen
        #expect(seen.tracks.map(\.codec) == [.g711MuLaw, .g711ALaw])
        #expect(seen.samples.map { Array($0.payload.readableBytesView) } == [[1, 2], [3]])
        #expect(seen.samples.map(\.track) == [.firstAudio, .init(3)])
        #expect(reception.lastArrivals.media == .seconds(2))
    }

    @Test("While it is paused nothing passes, and nothing counts as media")
    func pause() throws {
        let reception = try reception("m=audio 0 RTP/AVP 0")
        reception.pause()
        receive(rtpPacket(1, payloadType: 0, [1]), reception, track: 0)
        #expect(leg.seen.samples == [])
        #expect(reception.lastArrivals.media == nil)
        reception.resume()
        receive(rtpPacket(2, payloadType: 0, [2]), reception, track: 0)
        #expect(leg.seen.samples.count == 1)
        #expect(reception.figures == RTSPReception.Figures())
    }

    @Test("A transport stream's payloads pass as they came")
    func transportStream() throws {
        let reception = try reception("m=video 0 RTP/AVP 33")
        let payload = [UInt8](repeating: 0x47, count: 1_316)
        receive(rtpPacket(1, payloadType: 33, payload), reception, track: 0)
        #expect(leg.seen.packets == [payload])
    }

    @Test("What waits for a missing packet is no silence, and goes on by the tick that was asked for")
    func waiting() throws {
        let reception = try reception("m=audio 0 RTP/AVP 0")
        receive(rtpPacket(1, timestamp: 0, payloadType: 0, [1]), reception, track: 0, at: 1)
        #expect(reception.deadline == nil)
        receive(rtpPacket(3, timestamp: 2, payloadType: 0, [3]), reception, track: 0, at: 1)
        let deadline = try #require(reception.deadline)
        #expect(leg.seen.samples.count == 1)
        #expect(leg.seen.holds == 1)
        #expect(reception.tick(at: .seconds(1)) == deadline)
        #expect(leg.seen.samples.count == 1)
        #expect(reception.tick(at: deadline) == nil)
        #expect(leg.seen.samples.count == 2)
        #expect(reception.figures.packetsLost == 1)
    }

    @Test("Nothing that waited is lost when no more comes")
    func finish() throws {
        let reception = try reception("m=audio 0 RTP/AVP 0")
        receive(rtpPacket(1, payloadType: 0, [1]), reception, track: 0)
        receive(rtpPacket(3, payloadType: 0, [3]), reception, track: 0)
        reception.finish(at: .seconds(1))
        #expect(leg.seen.samples.count == 2)
    }

    @Test("Figures are those of all tracks")
    func figures() throws {
        let reception = try reception("m=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 8")
        for (track, type) in [(0, UInt8(0)), (1, 8)] {
            for number in [10, 12, 11, 11, 10] as [UInt16] {
                receive(rtpPacket(number, payloadType: type, [1]), reception, track: track)
            }
            receive(ByteBuffer(bytes: [1, 2, 3]), reception, track: track)
        }
        let figures = reception.figures
        #expect(figures.packetsReordered == 2)
        #expect(figures.packetsDuplicated + figures.packetsLate == 4)
        #expect(figures.packetsMalformed == 2)
        #expect(figures.packetsLost == 0)
    }

    @Test("RTCP is a sign of life, even when it cannot be read; a report names what was received")
    func control() throws {
        let reception = try reception("m=audio 0 RTP/AVP 0")
        let garbage = ByteBuffer(bytes: [0xFF, 0, 0])
        garbage.withUnsafeReadableBytes { reception.receiveControl($0, track: 0, at: .seconds(3)) }
        #expect(reception.lastArrivals.control == .seconds(3))
        receive(rtpPacket(5, payloadType: 0, ssrc: 0xABCD, [1]), reception, track: 0)
        let report = try #require(reception.report(ofTrack: 0, at: .seconds(4)))
        let packets = try report.withUnsafeReadableBytes { try RTCPPacket.decode($0) }
        guard case .report(let read) = try #require(packets.first) else {
            Issue.record("no report comes first")
            return
        }
        #expect(read.blocks.map(\.ssrc) == [0xABCD])
    }

    @Test("A track that turns out to be of another kind is told by its name, once")
    func unsupportedLater() throws {
        let parameters = "mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190"
        let reception = try reception(
            "m=audio 0 RTP/AVP 96\na=rtpmap:96 mpeg4-generic/48000/2\na=fmtp:96 \(parameters)"
        )
        // The index says that a frame is missing between the two: interleaving.
        for number in 0..<3 as Range<UInt16> {
            receive(rtpPacket(number, [0, 32, 0, 8, 0, 9, 1, 2]), reception, track: 0)
        }
        #expect(leg.seen.samples == [])
        #expect(unsupported.names.withLock { $0 } == ["interleaved AAC"])
    }
}
