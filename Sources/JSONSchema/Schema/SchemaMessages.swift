import MessageText

/// A schema's own words for its violations: the annotation `errorMessage`, a string for all of them, or an object of
/// strings by keyword, where those of `required`, `dependencies`, `properties` and `additionalProperties` may again be
/// objects of strings by key. `{value}` stands for the value. Like every other text that comes into a message from
/// outside, they are made fit for one line, and cut after 512 characters.
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
            self.whole = Self.fit(text)
            self.byKeyword = [:]
        case .object(let object):
            self.whole = nil
            var entries: [String: Entry] = [:]
            for member in object.members {
                switch member.value {
                case .string(let text): entries[member.key] = .text(Self.fit(text))
                case .object(let texts):
                    entries[member.key] = .byName(
                        Dictionary(
                            texts.members.compactMap { member in
                                member.value.string.map { (member.key, Self.fit($0)) }
                            },
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

    private static func fit(_ text: String) -> String {
        text.escapedForMessage(limit: 512)
    }
}
