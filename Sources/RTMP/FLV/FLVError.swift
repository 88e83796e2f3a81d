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
}
