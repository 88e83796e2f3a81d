/// The name of a header. Upper and lower case are the same, RFC 2326 §4.2 (by way of RFC 2616 §4.2).
package struct RTSPHeaderName: RawRepresentable, Sendable {
    /// As it was read, or is to be written.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let accept = Self(rawValue: "Accept")
    package static let allow = Self(rawValue: "Allow")
    package static let authorization = Self(rawValue: "Authorization")
    package static let cacheControl = Self(rawValue: "Cache-Control")
    package static let contentBase = Self(rawValue: "Content-Base")
    package static let contentLength = Self(rawValue: "Content-Length")
    package static let contentLocation = Self(rawValue: "Content-Location")
    package static let contentType = Self(rawValue: "Content-Type")
    package static let cSeq = Self(rawValue: "CSeq")
    package static let location = Self(rawValue: "Location")
    package static let proxyRequire = Self(rawValue: "Proxy-Require")
    package static let `public` = Self(rawValue: "Public")
    package static let range = Self(rawValue: "Range")
    package static let require = Self(rawValue: "Require")
    package static let rtpInfo = Self(rawValue: "RTP-Info")
    package static let server = Self(rawValue: "Server")
    package static let session = Self(rawValue: "Session")
    package static let transport = Self(rawValue: "Transport")
    package static let unsupported = Self(rawValue: "Unsupported")
    package static let userAgent = Self(rawValue: "User-Agent")
    package static let wwwAuthenticate = Self(rawValue: "WWW-Authenticate")
}

extension RTSPHeaderName: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.rawValue.equals(ignoringCase: right.rawValue)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in rawValue.utf8 { hasher.combine(byte.lowercased) }
    }
}
