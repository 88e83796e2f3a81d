/// Why a description cannot be read.
package enum SDPError: Error, Hashable, Sendable {
    case tooLarge
    case tooManyLines
    case tooManyMedia
    case tooManyFormats
    /// An `m=` line without kind, port and transport: what follows it belongs to nothing.
    case malformedMedia
    /// There is not a single line of the form that descriptions have.
    case notADescription
}
