/// Why a decoder configuration, or a header of coded audio, could not be read or made.
public enum CodecConfigurationError: Error, Hashable, Sendable {
    /// It ends before what it announces.
    case truncated
    /// A version of the record that this does not know.
    case unsupportedVersion(UInt8)
    /// NAL unit lengths of another size than 1, 2 or 4 bytes.
    case unsupportedLengthSize(Int)
    /// A parameter set that is empty, too short to tell its profile, or longer than a record can say.
    case invalidParameterSet
    /// More parameter sets than a record can say.
    case tooManyParameterSets
    /// No parameter set where there must be one.
    case missingParameterSet
    /// A reserved sampling frequency index, or a rate that is zero or does not fit its field.
    case invalidSamplingFrequency
    /// A channel layout that is reserved, or that is given by a program configuration element.
    case unsupportedChannelConfiguration(UInt8)
    /// A field that cannot have the value that it has.
    case invalidField
    /// It does not start with what it must start with.
    case missingSignature
}
