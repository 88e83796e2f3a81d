import NIOCore
import Testing

@testable import RTMP

@Suite("Protocol control messages")
struct RTMPControlTests {
    static let vectors: [(RTMPMessageType, String, RTMPControl)] = [
        (.setChunkSize, "00001000", .setChunkSize(4_096)),
        (.abort, "00000005", .abort(chunkStreamID: 5)),
        (.acknowledgement, "FFFFFFFF", .acknowledgement(.max)),
        (.windowAcknowledgementSize, "002625A0", .windowAcknowledgementSize(2_500_000)),
        (.setPeerBandwidth, "002625A0 00", .setPeerBandwidth(2_500_000, .hard)),
        (.setPeerBandwidth, "002625A0 01", .setPeerBandwidth(2_500_000, .soft)),
        (.setPeerBandwidth, "002625A0 02", .setPeerBandwidth(2_500_000, .dynamic)),
        (.userControl, "0000 00000001", .streamBegin(1)),
        (.userControl, "0001 00000001", .streamEOF(1)),
        (.userControl, "0002 00000001", .streamDry(1)),
        (.userControl, "0003 00000001 00000BB8", .setBufferLength(streamID: 1, milliseconds: 3_000)),
        (.userControl, "0004 00000001", .streamIsRecorded(1)),
        (.userControl, "0006 01020304", .pingRequest(0x0102_0304)),
        (.userControl, "0007 01020304", .pingResponse(0x0102_0304)),
        (.userControl, "001A 00", .unknownEvent(26, ByteBuffer(hex: "00"))),
        (.userControl, "0005", .unknownEvent(5, ByteBuffer())),
    ]

    @Test("are read and written", arguments: vectors)
    func vector(_ type: RTMPMessageType, _ hex: String, _ control: RTMPControl) throws {
        let message = RTMPMessage(type: type, payload: ByteBuffer(hex: hex))
        #expect(try RTMPControl(message) == control)
        #expect(control.message == message)
    }

    @Test("that are cut at any length are refused", arguments: vectors.filter { !$0.1.hasPrefix("001A") })
    func truncated(_ type: RTMPMessageType, _ hex: String, _ control: RTMPControl) {
        let whole = ByteBuffer(hex: hex)
        for length in 0..<whole.readableBytes {
            let message = RTMPMessage(type: type, payload: whole.getSlice(at: 0, length: length)!)
            #expect(throws: RTMPControlError.truncated(type)) { try RTMPControl(message) }
        }
    }

    @Test("may be longer than they need be", arguments: vectors.filter { !$0.1.hasPrefix("001A") && $0.1 != "0005" })
    func oversized(_ type: RTMPMessageType, _ hex: String, _ control: RTMPControl) throws {
        let message = RTMPMessage(type: type, payload: ByteBuffer(hex: hex + "ABCD"))
        #expect(try RTMPControl(message) == control)
    }

    @Test("are told from other messages", arguments: [0, 7, 8, 9, 15, 17, 18, 20, 22, 255] as [UInt8])
    func other(_ type: UInt8) throws {
        let message = RTMPMessage(type: RTMPMessageType(rawValue: type), payload: ByteBuffer(hex: "00000001"))
        #expect(try RTMPControl(message) == nil)
    }

    @Test("with an unknown kind of bandwidth limit are refused")
    func limitType() {
        let message = RTMPMessage(type: .setPeerBandwidth, payload: ByteBuffer(hex: "002625A0 03"))
        #expect(throws: RTMPControlError.unknownLimitType(3)) { try RTMPControl(message) }
    }
}
