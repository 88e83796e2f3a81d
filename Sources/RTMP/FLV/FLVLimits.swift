/// The named limits on media messages.
package enum FLVLimits {
    /// The largest decoder configuration; real ones are well under 1 KiB.
    package static let configurationBytes = 64 << 10
    /// Backward steps of a publisher's clock up to this are jitter; larger ones are a clock that began anew.
    package static let backwardMilliseconds: Int64 = 3_000
    /// Extensions that one enhanced tag may stack in front of its type.
    package static let modifierExtensions = 8
    /// Bytes of a codec's name that an event repeats.
    package static let codecNameBytes = 16
}
