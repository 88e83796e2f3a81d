/// A schema's own words for its violations: the annotation `errorMessage`, a string for all of them, or an object of
/// strings by keyword, where those of `required`, `dependencies`, `properties` and `additionalProperties` may again be
/// objects of strings by key. `{value}` stands for the value.
struct SchemaMessages: Sendable {
    private enum Entry: Sendable {
        case text(String)
        case byName([String: String])
    }

    /// For everything that is wrong with the value itself.
    let whole: String?
    private let byKeyword: [String: Entry]

    init?(_ value: JSONValue?) {
        switch value {
        case .string(let text):
            self.whole = text
            self.byKeyword = [:]
        case .object(let object):
            self.whole = nil
            var entries: [String: Entry] = [:]
            for member in object.members {
                switch member.value {
                case .string(let text): entries[member.key] = .text(text)
                case .object(let texts):
                    entries[member.key] = .byName(
                        Dictionary(
                            texts.members.compactMap { member in member.value.string.map { (member.key, $0) } },
                            uniquingKeysWith: { first, _ in first }
                        )
                    )
                default: break
                }
            }
            self.byKeyword = entries
        default:
            return nil
        }
    }

    func text(keyword: String, name: String?) -> String? {
        switch self.byKeyword[keyword] {
        case .text(let text): text
        case .byName(let texts): name.flatMap { texts[$0] }
        case nil: nil
        }
    }
}
