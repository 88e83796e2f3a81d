/// Where a presentation and its tracks are controlled, RFC 2326 §C.1.1, as cameras and servers in use mean it.
///
/// What is relative is put behind the base with a slash between, even where the rules for addresses would replace the
/// last part: clients have always done so, and so servers expect it. The server stays the one that was called, whatever
/// host the addresses name: cameras name the one that they know of themselves.
package struct ControlAddress: Hashable, Sendable {
    /// Of the presentation as a whole.
    package let aggregate: RTSPURL
    private let base: String

    /// - Parameters:
    ///   - url: What was described.
    ///   - contentBase: The header of the response; so is `contentLocation`, which counts less.
    ///   - control: `a=control` of the description as a whole.
    package init(url: RTSPURL, contentBase: String? = nil, contentLocation: String? = nil, control: String? = nil) {
        var base = url.resource
        for header in [contentBase, contentLocation] {
            if let resource = header.flatMap({ Self.absolute($0) }) {
                base = resource
                break
            }
        }
        // Only what is absolute changes the base: others write a name there that nothing listens to.
        if let resource = control.flatMap({ Self.absolute($0) }) { base = resource }
        self.base = base
        aggregate = url.replacing(resource: base)
    }

    /// The address of a track, by its `a=control`.
    package func url(control: String?) -> RTSPURL {
        guard let control, !control.isEmpty, control != "*", control.isPrintable else { return aggregate }
        if let resource = Self.absolute(control) { return aggregate.replacing(resource: resource) }
        // Absolute in form, but of another kind or broken.
        guard !control.contains("://") else { return aggregate }
        let endsWithSlash = base.utf8.last == UInt8(ascii: "/")
        if control.hasPrefix("?") { return aggregate.replacing(resource: base + control) }
        if control.hasPrefix("/") {
            return aggregate.replacing(resource: base + (endsWithSlash ? control.dropFirst() : control[...]))
        }
        return aggregate.replacing(resource: base + (endsWithSlash ? "" : "/") + control)
    }

    /// What an absolute address names on its server.
    private static func absolute(_ text: String) -> String? {
        (try? RTSPURL(parsing: text))?.resource
    }
}
