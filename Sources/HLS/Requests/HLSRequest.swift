/// What a player asks for.
public struct HLSRequest: Hashable, Sendable {
    /// A playlist is wanted that has a segment, or a part of it: the delivery directives `_HLS_msn` and `_HLS_part` of
    /// RFC 8216bis §6.2.5.2.
    public struct Reload: Hashable, Sendable {
        public var segment: Int
        public var part: Int?

        public init(segment: Int, part: Int? = nil) {
            self.segment = segment
            self.part = part
        }
    }

    public var resource: HLSResource
    /// For playlists.
    public var reload: Reload?

    public init(_ resource: HLSResource, reload: Reload? = nil) {
        self.resource = resource
        self.reload = reload
    }

    /// - Parameters:
    ///   - name: the last component of the path.
    ///   - query: what follows the question mark, as it came; empty without one. Other parameters are ignored, as is
    ///     `_HLS_skip`, which is not offered.
    public init(name: some StringProtocol, query: some StringProtocol) throws(HLSRequestError) {
        guard let resource = HLSResource(name: name) else { throw .unknownName }
        self.resource = resource
        switch resource {
        case .playlist: reload = try Self.reload(in: query)
        case .multivariantPlaylist, .initialization, .segment, .part: break
        }
    }

    private static func reload(in query: some StringProtocol) throws(HLSRequestError) -> Reload? {
        var segment: Int?
        var part: Int?
        for parameter in query.split(separator: "&") {
            guard let equals = parameter.firstIndex(of: "=") else { continue }
            let value = parameter[parameter.index(after: equals)...]
            switch parameter[..<equals] {
            case "_HLS_msn":
                guard segment == nil, let number = HLSResource.number(value) else { throw .badDirective }
                segment = number
            case "_HLS_part":
                guard part == nil, let number = HLSResource.number(value) else { throw .badDirective }
                part = number
            default: break
            }
        }
        guard let segment else {
            guard part == nil else { throw .badDirective }
            return nil
        }
        return Reload(segment: segment, part: part)
    }
}

/// Why a request means nothing.
public enum HLSRequestError: Error, Hashable, Sendable {
    /// Not found: 404.
    case unknownName
    /// A delivery directive that is no number, comes twice, or lacks the other: 400.
    case badDirective
}
