import NIOCore

/// A command message, RTMP 1.0 §7.2: a call, or the answer to one.
struct RTMPCommand: Hashable, Sendable {
    var name: String
    /// 0 when no answer is wanted.
    var transaction: Double
    /// The command object and what follows it.
    var arguments: [AMFValue]
    var streamID: UInt32

    init(_ name: String, transaction: Double = 0, streamID: UInt32 = 0, _ arguments: [AMFValue]) {
        self.name = name
        self.transaction = transaction
        self.arguments = arguments
        self.streamID = streamID
    }

    /// nil when the message is not a command.
    init?(_ message: RTMPMessage) {
        guard let values = try? AMFDecoder().decodeAll(of: message), let name = values.first?.string else { return nil }
        self.name = name
        // `onStatus` of some servers leaves the number out or gives it as null.
        self.transaction = values.dropFirst().first?.number ?? 0
        self.arguments = Array(values.dropFirst(2))
        self.streamID = message.streamID
    }

    subscript(_ index: Int) -> AMFValue? {
        arguments.indices.contains(index) ? arguments[index] : nil
    }

    /// The object that says how something went: the last argument that has a `code`.
    var information: AMFValue? { arguments.last { $0["code"] != nil } }

    var message: RTMPMessage {
        var payload = ByteBuffer()
        AMFValue.write([.string(name), .number(transaction)] + arguments, to: &payload)
        return RTMPMessage(type: .commandAMF0, streamID: streamID, payload: payload)
    }

    var chunkStreamID: Int { streamID == 0 ? RTMPChunkStream.command : RTMPChunkStream.streamCommand }

    static func dataMessage(_ name: String, _ values: [AMFValue], streamID: UInt32) -> RTMPMessage {
        var payload = ByteBuffer()
        AMFValue.write([.string(name)] + values, to: &payload)
        return RTMPMessage(type: .dataAMF0, streamID: streamID, payload: payload)
    }

    static func status(_ level: String, _ code: String, _ description: String, streamID: UInt32) -> RTMPCommand {
        RTMPCommand("onStatus", streamID: streamID, [.null, information(level, code, description)])
    }

    static func information(
        _ level: String,
        _ code: String,
        _ description: String,
        _ more: [AMFProperty] = []
    ) -> AMFValue {
        .object(
            [
                AMFProperty("level", .string(level)),
                AMFProperty("code", .string(code)),
                AMFProperty("description", .string(description)),
            ] + more
        )
    }
}

extension AMFValue {
    /// A number that fits a message stream ID; 0 is none.
    var streamID: UInt32? {
        guard let number, number >= 1, number <= Double(UInt32.max), number.rounded(.towardZero) == number else {
            return nil
        }
        return UInt32(number)
    }
}
