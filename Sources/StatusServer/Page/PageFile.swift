import Cryptography

/// One file of the Flow Management page, as it ships inside the binary.
struct PageFile: Hashable, Sendable {
    let name: String
    let text: String
    /// RFC 9110 §8.8.3: made from the content, so that a new binary's file is another one.
    let entityTag: String

    private init(name: String, text: String) {
        self.name = name
        self.text = text
        let digest = SHA256.digest(of: Array(text.utf8)).prefix(12)
        entityTag = "\"\(digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())\""
    }

    /// By path: the document at `/`, all else under `/page/`.
    static let all: [String: PageFile] = Dictionary(
        uniqueKeysWithValues: EmbeddedPage.files.map { name, text in
            (name == "index.html" ? "/" : "/page/\(name)", PageFile(name: name, text: text))
        }
    )

    var contentType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}

extension StatusAnswer {
    static func page(_ file: PageFile) -> StatusAnswer {
        var answer = text(file.text, contentType: file.contentType)
        answer.entityTag = file.entityTag
        return answer
    }
}

/// Whether a browser has a file already, RFC 9110 §13.1.2.
enum EntityTag {
    /// - Parameter condition: the value of `If-None-Match`, tags with commas between, or `*`.
    static func matches(_ tag: String, condition: String?) -> Bool {
        guard let condition else { return false }
        return condition.split(separator: ",").contains { candidate in
            let candidate = candidate.drop { $0 == " " }.prefix { $0 != " " }
            return candidate == "*" || candidate == tag || candidate == "W/\(tag)"
        }
    }
}
