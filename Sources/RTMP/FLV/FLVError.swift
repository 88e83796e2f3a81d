package import Media

/// Why the body of a media message cannot be understood. The stream is malformed from there on.
package enum FLVError: Error, Hashable, Sendable {
    /// The body ends inside its header.
    case truncated(RTMPMessageType)
    /// A sequence header that cannot be a decoder configuration of this codec.
    case invalidConfiguration(Codec)
    case configurationTooLarge(Int)
    /// An enhanced tag whose multitrack part contradicts itself.
    case invalidMultitrack

    /// A clause for people.
    var clause: String {
        switch self {
        case .truncated(.audio): "an audio message ends inside its header"
        case .truncated(.video): "a video message ends inside its header"
        case .truncated(let type): "a message of type \(type.rawValue) ends inside its header"
        case .invalidConfiguration(let codec): "the sequence header is no configuration of \(codec.rawValue)"
        case .configurationTooLarge(let byteCount): "a sequence header of \(byteCount) bytes is too large"
        case .invalidMultitrack: "a message of several tracks contradicts itself"
        }
    }
}
