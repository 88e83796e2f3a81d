/// What of a stream has a name of its own, in the folder of the stream. A name never means two things: the numbers
/// grow over restarts too.
public enum HLSResource: Hashable, Sendable {
    /// What players are given: `index.m3u8` for all, `index-fmp4.m3u8` for those that take fragmented MP4.
    case multivariantPlaylist(HLSForm)
    /// `live.m3u8`, and `ts.m3u8` for MPEG-TS.
    case playlist(HLSForm)
    /// `init-12.mp4`: what comes before fragments.
    case initialization(Int)
    /// `12.m4s`, `12.ts`.
    case segment(Int, HLSForm)
    /// `12.3.m4s`, `12.3.ts`.
    case part(segment: Int, index: Int, HLSForm)

    /// Longer names are unknown.
    private static let maximumNameBytes = 64

    /// Nil for any other name.
    public init?(name: some StringProtocol) {
        guard name.utf8.count <= Self.maximumNameBytes else { return nil }
        if let form = HLSForm.allCases.first(where: { name == $0.multivariantName }) {
            self = .multivariantPlaylist(form)
        } else if let form = HLSForm.allCases.first(where: { name == $0.playlistName }) {
            self = .playlist(form)
        } else if let numbered = Self.numbered(name) {
            self = numbered
        } else {
            return nil
        }
    }

    private static func numbered(_ name: some StringProtocol) -> HLSResource? {
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = words.first, let last = words.last else { return nil }
        if words.count == 2, last == "mp4", first.hasPrefix("init-") {
            return number(first.dropFirst(5)).map { .initialization($0) }
        }
        guard let segment = number(first), let form = HLSForm.allCases.first(where: { last == $0.fileExtension }) else {
            return nil
        }
        switch words.count {
        case 2: return .segment(segment, form)
        case 3: return number(words[1]).map { .part(segment: segment, index: $0, form) }
        default: return nil
        }
    }

    /// Decimal digits without a sign or leading zeros, so that a resource has one name.
    static func number(_ text: some StringProtocol) -> Int? {
        guard let first = text.utf8.first, first != UInt8(ascii: "0") || text.utf8.count == 1,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    public var name: String {
        switch self {
        case .multivariantPlaylist(let form): form.multivariantName
        case .playlist(let form): form.playlistName
        case .initialization(let number): "init-\(number).mp4"
        case .segment(let number, let form): "\(number).\(form.fileExtension)"
        case .part(let segment, let index, let form): "\(segment).\(index).\(form.fileExtension)"
        }
    }
}

extension HLSForm {
    fileprivate var multivariantName: String {
        switch self {
        case .fragments: "index-fmp4.m3u8"
        case .transport: "index.m3u8"
        }
    }

    fileprivate var playlistName: String {
        switch self {
        case .fragments: "live.m3u8"
        case .transport: "ts.m3u8"
        }
    }

    fileprivate var fileExtension: String {
        switch self {
        case .fragments: "m4s"
        case .transport: "ts"
        }
    }

    var contentType: String {
        switch self {
        case .fragments: "video/mp4"
        case .transport: "video/mp2t"
        }
    }
}
