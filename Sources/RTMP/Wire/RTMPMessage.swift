public import NIOCore

/// The type of a message, RTMP 1.0 §5.4, §6 and §7.1. Unknown values survive.
public struct RTMPMessageType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    // Protocol control, §5.4 and §6.2
    public static let setChunkSize = Self(rawValue: 1)
    public static let abort = Self(rawValue: 2)
    public static let acknowledgement = Self(rawValue: 3)
    public static let userControl = Self(rawValue: 4)
    public static let windowAcknowledgementSize = Self(rawValue: 5)
    public static let setPeerBandwidth = Self(rawValue: 6)

    // Media and commands, §7.1
    public static let audio = Self(rawValue: 8)
    public static let video = Self(rawValue: 9)
    public static let dataAMF3 = Self(rawValue: 15)
    public static let sharedObjectAMF3 = Self(rawValue: 16)
    public static let commandAMF3 = Self(rawValue: 17)
    public static let dataAMF0 = Self(rawValue: 18)
    public static let sharedObjectAMF0 = Self(rawValue: 19)
    public static let commandAMF0 = Self(rawValue: 20)
    public static let aggregate = Self(rawValue: 22)
}

/// One whole RTMP message, put together from chunks or to be cut into them.
public struct RTMPMessage: Hashable, Sendable {
    public var type: RTMPMessageType
    /// 0 for protocol control and for commands of the connection.
    public var streamID: UInt32
    /// In milliseconds, modulo 2^32.
    public var timestamp: UInt32
    public var payload: ByteBuffer

    public init(type: RTMPMessageType, streamID: UInt32 = 0, timestamp: UInt32 = 0, payload: ByteBuffer) {
        self.type = type
        self.streamID = streamID
        self.timestamp = timestamp
        self.payload = payload
    }
}
