extension SchemaEvaluator {
    /// More allowed values than these are not listed.
    private static let maximumListed = 12

    /// A schema's own message with the value in it.
    static func filled(_ message: String, _ value: JSONValue, _ context: Context) -> String {
        let parts = message.split(separator: "{value}", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return message }
        return parts.joined(separator: Self.shown(value, context))
    }

    /// The value, or `the value` if it is a secret.
    static func shown(_ value: JSONValue, _ context: Context) -> String {
        context.isSecret ? "the value" : value.shownInMessage
    }

    static func typeMessage(_ types: JSONTypes, _ value: JSONValue, _ context: Context) -> String {
        let found = context.isSecret && value != .null ? JSONTypes(of: value).title : value.shownInMessage
        return "expected \(types.title), not \(found)"
    }

    static func enumerationMessage(_ allowed: [JSONValue], _ value: JSONValue, _ context: Context) -> String {
        if context.isSecret { return "the value is not one of those that are allowed" }
        if allowed.count == 1 { return "must be \(allowed[0].shownInMessage), not \(value.shownInMessage)" }
        var message = "\(value.shownInMessage) is not one of "
        let listed = allowed.prefix(Self.maximumListed).map(\.shownInMessage)
        message += listed.count < allowed.count ? listed.joined(separator: ", ") + ", …" : listed.joinedForPeople("or")
        if let text = value.string, let nearest = Spelling.nearest(to: text, among: allowed.compactMap(\.string)) {
            message += "; did you mean \(JSONValue.string(nearest).shownInMessage)?"
        }
        return message
    }

    /// `1 character`, `2 characters`.
    static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }
}
