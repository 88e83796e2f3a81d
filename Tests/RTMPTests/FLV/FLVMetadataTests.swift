import Media
import NIOCore
import Testing

@testable import RTMP

@Suite("FLV metadata")
struct FLVMetadataTests {
    private let object = AMFValue.array([AMFProperty("width", .number(1_280))])

    private func message(_ values: [AMFValue], type: RTMPMessageType = .dataAMF0) -> RTMPMessage {
        var payload = ByteBuffer()
        if type == .dataAMF3 { payload.writeInteger(UInt8(0)) }
        for value in values { value.write(to: &payload) }
        return RTMPMessage(type: type, streamID: 1, payload: payload)
    }

    @Test("Metadata is read from encoders and from servers", arguments: [RTMPMessageType.dataAMF0, .dataAMF3])
    func read(_ type: RTMPMessageType) throws {
        var reader = FLVReader()
        let set = message([.string("@setDataFrame"), .string("onMetaData"), object], type: type)
        #expect(try reader.read(set) == [.metadata(object)])
        #expect(try reader.read(message([.string("onMetaData"), object], type: type)) == [.metadata(object)])
    }

    @Test("Other data, and malformed data, is passed over and counted")
    func ignored() throws {
        var reader = FLVReader()
        let messages = [
            message([.string("onTextData"), object]), message([.string("@setDataFrame")]),
            message([.string("onMetaData")]), message([.string("onMetaData"), .number(1)]), message([]),
            RTMPMessage(type: .dataAMF0, payload: ByteBuffer(bytes: [2, 0, 9, 1])),
        ]
        for message in messages { #expect(try reader.read(message) == []) }
        #expect(reader.counters.ignored == messages.count)
    }

    @Test(
        "What is written is read again, by servers and by players",
        arguments: [FLVMetadata.Audience.server, .player]
    )
    func roundTrip(_ audience: FLVMetadata.Audience) throws {
        var reader = FLVReader()
        let message = FLVMetadata.message(object, for: audience, streamID: 1)
        #expect(try reader.read(message) == [.metadata(object)])
        var payload = message.payload
        let first = try AMFDecoder().decodeAll(&payload).first
        #expect(first == .string(audience == .server ? "@setDataFrame" : "onMetaData"))
    }

    @Test("Legacy codecs have their numbers, the others their four characters")
    func codecs() {
        func numbers(_ video: Codec, _ audio: Codec) -> [Double?] {
            let value = FLVMetadata.object(
                for: [MediaTrack(id: .init(1), codec: video), MediaTrack(id: .init(2), codec: audio)]
            )
            return [value["videocodecid"]?.number, value["audiocodecid"]?.number]
        }
        #expect(numbers(.h264, .aac) == [7, 10])
        #expect(numbers(.av1, .mp3) == [1_635_135_537, 2])
        #expect(numbers(.hevc, .opus) == [Double(0x6876_6331), 1_332_770_163])
    }

    @Test("AAC's rate and channels are said, and the encoder")
    func sound() {
        let track = MediaTrack(
            id: .init(2),
            codec: .aac,
            configuration: ByteBuffer(bytes: FLVBytes.aacConfiguration)
        )
        let value = FLVMetadata.object(for: [track])
        #expect(value["audiosamplerate"]?.number == 44_100)
        #expect(value["stereo"] == .boolean(true))
        #expect(value["encoder"]?.string == "Headgate")
        #expect(value["videocodecid"] == nil)
    }

    @Test("The picture's size is said when the configuration tells it")
    func size() throws {
        // A baseline sequence parameter set of 320 x 240, written out bit by bit.
        let set: [UInt8] = [0x67, 0x42, 0xc0, 0x0d, 0xda, 0x05, 0x07, 0xe4]
        let record = [1, 0x42, 0xc0, 0x0d, 0xff, 0xe1, 0, UInt8(set.count)] + set + [1, 0, 2, 0x68, 0xce]
        let track = MediaTrack(id: .init(1), codec: .h264, configuration: ByteBuffer(bytes: record))
        let value = FLVMetadata.object(for: [track], frameRate: 25)
        #expect(value["width"]?.number == 320)
        #expect(value["height"]?.number == 240)
        #expect(value["framerate"]?.number == 25)
        let unknown = MediaTrack(id: .init(1), codec: .av1)
        #expect(FLVMetadata.object(for: [unknown])["width"] == nil)
    }
}
