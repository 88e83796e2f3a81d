/// What a peer asks for in its stream ID: plain text, or the access-control form `#!::r=stadium/venue,m=publish`
/// (SRT Access Control Guidelines).
public struct SRTStreamID: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable {
        case publish
        case request
        case bidirectional
    }

    public enum ParseFailure: Error, Hashable, Sendable {
        case tooLong
        case notText
        case malformed
        case unknownMode
    }

    /// The resource's name, `<flow>/<input>`; empty when the peer named none.
    public var resource: String
    /// nil when the peer did not say.
    public var mode: Mode?

    public init(resource: String, mode: Mode? = nil) {
        self.resource = resource
        self.mode = mode
    }

    private static let accessControlPrefix = "#!::"

    public init(parsing bytes: some Collection<UInt8>) throws(ParseFailure) {
        guard bytes.count <= SRTLimits.streamIDBytes else { throw .tooLong }
        guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw .notText }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix(Self.accessControlPrefix) else {
            self.init(resource: text)
            return
        }
        var resource: String?
        var mode: Mode?
        let pairs = text.dropFirst(Self.accessControlPrefix.count)
        for pair in pairs.split(separator: ",", omittingEmptySubsequences: true) {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else { throw .malformed }
            let value = pair[pair.index(after: equals)...]
            switch pair[..<equals] {
            case "r":
                guard resource == nil else { throw .malformed }
                resource = String(value)
            case "m":
                guard mode == nil else { throw .malformed }
                guard let known = Mode(rawValue: String(value)) else { throw .unknownMode }
                mode = known
            default:
                continue  // user, host, session and type, and keys of the peer's own, do not matter here
            }
        }
        self.init(resource: resource ?? "", mode: mode)
    }
}
