// swift-format-ignore-file

/// The files of the Flow Management page. Made by `Page/embed.sh`; edit `Page/` instead.
enum EmbeddedPage {
    static let files: [(name: String, text: String)] = [
        ("index.html", ##"""
            x

            """##),
        ("style.css", ##"""
            x

            """##),
        ("main.js", ##"""
            x

            """##),
        ("icon.svg", ##"""
            x

            """##),
    ]
}
