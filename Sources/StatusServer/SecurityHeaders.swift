import Hummingbird

/// What browsers are told to refuse.
enum SecurityHeaders {
    /// Scripts and styles are files of the gateway's own; pictures of a stream come from a blob that the page fills.
    /// Scripts have no way to write text as HTML.
    static let pagePolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "media-src 'self' blob:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    /// What is no page shows nothing and runs nothing, should somebody open it as one.
    static let dataPolicy = "default-src 'none'; frame-ancestors 'none'"

    private static let referrerPolicy = HTTPFields.Element.Name("Referrer-Policy")
    private static let openerPolicy = HTTPFields.Element.Name("Cross-Origin-Opener-Policy")

    static func add(to headers: inout HTTPFields, isPage: Bool) {
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = isPage ? pagePolicy : dataPolicy
        headers[.crossOriginResourcePolicy] = "same-origin"
        if let referrerPolicy { headers[referrerPolicy] = "no-referrer" }
        if isPage, let openerPolicy { headers[openerPolicy] = "same-origin" }
    }
}
