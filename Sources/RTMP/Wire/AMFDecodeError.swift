/// Why bytes are not values of AMF0.
package enum AMFDecodeError: Error, Hashable, Sendable {
    /// The bytes end inside a value; messages are whole, so no more will come.
    case truncated
    case tooDeep
    case tooManyEntries
    /// A string of so many bytes was announced.
    case stringTooLong(Int)
    /// A marker that is reserved, unknown, or for a type that does not occur in RTMP.
    case unsupportedMarker(UInt8)
    /// The marker that ends an object stands where a value should.
    case misplacedObjectEnd
    /// The switch to AMF3, which this gateway does not speak.
    case actionMessageFormat3
    /// A message of an AMF3 type that does not begin with 0, the mark that AMF0 follows.
    case invalidEnvelope(UInt8)
    /// The message is neither a command nor data.
    case unexpectedMessageType(RTMPMessageType)
}
