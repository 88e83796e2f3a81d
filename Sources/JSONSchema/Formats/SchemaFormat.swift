/// The values of `format` that are checked (draft-07 validation §7.3). Others, `idn-hostname` among them, are ignored.
enum SchemaFormat: String, Sendable {
    case dateTime = "date-time"
    case date
    case time
    case email
    case internationalEmail = "idn-email"
    case hostname
    case ipv4
    case ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uriTemplate = "uri-template"
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .dateTime: DateFormat.isDateTime(bytes)
        case .date: DateFormat.isDate(bytes[...])
        case .time: DateFormat.isTime(bytes[...])
        case .email: HostFormat.isEmail(bytes, allowsNonASCII: false)
        case .internationalEmail: HostFormat.isEmail(bytes, allowsNonASCII: true)
        case .hostname: HostFormat.isHostname(bytes[...])
        case .ipv4: HostFormat.isIPv4(bytes[...])
        case .ipv6: HostFormat.isIPv6(bytes[...])
        case .uri: URIFormat.isReference(bytes, needsScheme: true, allowsNonASCII: false)
        case .uriReference: URIFormat.isReference(bytes, needsScheme: false, allowsNonASCII: false)
        case .iri: URIFormat.isReference(bytes, needsScheme: true, allowsNonASCII: true)
        case .iriReference: URIFormat.isReference(bytes, needsScheme: false, allowsNonASCII: true)
        case .uriTemplate: URIFormat.isTemplate(bytes)
        case .jsonPointer: JSONPointer.tokens(text[...]) != nil
        case .relativeJSONPointer: Self.isRelativePointer(text)
        case .regex: (try? SchemaPattern(text)) != nil
        }
    }

    /// What a text of this format is, for a message.
    var title: String {
        switch self {
        case .dateTime: "a date and time such as 2026-01-31T12:00:00Z"
        case .date: "a date such as 2026-01-31"
        case .time: "a time such as 12:00:00Z"
        case .email, .internationalEmail: "an e-mail address"
        case .hostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri, .iri: "an absolute URI"
        case .uriReference, .iriReference: "a URI or a relative reference"
        case .uriTemplate: "a URI template"
        case .jsonPointer, .relativeJSONPointer: "a JSON pointer"
        case .regex: "a regular expression"
        }
    }

    private static func isRelativePointer(_ text: String) -> Bool {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits == "0" || digits.first != "0" else { return false }
        let rest = text[digits.endIndex...]
        return rest == "#" || JSONPointer.tokens(rest) != nil
    }
}
