/// The code of a response, RFC 2326 §7.1.1 and RFC 7826 §17. Unknown codes survive.
package struct RTSPStatus: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let ok = Self(rawValue: 200)
    package static let movedTemporarily = Self(rawValue: 302)
    package static let badRequest = Self(rawValue: 400)
    package static let unauthorized = Self(rawValue: 401)
    package static let forbidden = Self(rawValue: 403)
    package static let notFound = Self(rawValue: 404)
    package static let methodNotAllowed = Self(rawValue: 405)
    package static let notAcceptable = Self(rawValue: 406)
    package static let requestEntityTooLarge = Self(rawValue: 413)
    package static let unsupportedMediaType = Self(rawValue: 415)
    package static let parameterNotUnderstood = Self(rawValue: 451)
    package static let notEnoughBandwidth = Self(rawValue: 453)
    package static let sessionNotFound = Self(rawValue: 454)
    package static let methodNotValidInThisState = Self(rawValue: 455)
    package static let aggregateOperationNotAllowed = Self(rawValue: 459)
    package static let unsupportedTransport = Self(rawValue: 461)
    /// RFC 7826 §17.4.27
    package static let destinationProhibited = Self(rawValue: 463)
    package static let notImplemented = Self(rawValue: 501)
    package static let serviceUnavailable = Self(rawValue: 503)
    package static let versionNotSupported = Self(rawValue: 505)
    package static let optionNotSupported = Self(rawValue: 551)

    /// 100...199: the response proper follows.
    package var isProvisional: Bool { rawValue / 100 == 1 }
    package var isSuccess: Bool { rawValue / 100 == 2 }

    /// The usual words for the code; never a peer's.
    package var reason: String { Self.reasons[rawValue] ?? "" }

    private static let reasons: [UInt16: String] = [
        100: "Continue", 200: "OK", 201: "Created", 250: "Low on Storage Space", 300: "Multiple Choices",
        301: "Moved Permanently", 302: "Moved Temporarily", 303: "See Other", 304: "Not Modified", 305: "Use Proxy",
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required",
        408: "Request Time-out", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
        413: "Request Entity Too Large", 414: "Request-URI Too Large", 415: "Unsupported Media Type",
        451: "Parameter Not Understood", 452: "Conference Not Found", 453: "Not Enough Bandwidth",
        454: "Session Not Found", 455: "Method Not Valid in This State", 456: "Header Field Not Valid for Resource",
        457: "Invalid Range", 458: "Parameter Is Read-Only", 459: "Aggregate Operation Not Allowed",
        460: "Only Aggregate Operation Allowed", 461: "Unsupported Transport", 462: "Destination Unreachable",
        463: "Destination Prohibited", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Time-out", 505: "RTSP Version Not Supported",
        551: "Option Not Supported",
    ]
}

extension RTSPStatus: CustomStringConvertible {
    /// `404 Not Found`
    package var description: String { reason.isEmpty ? "\(rawValue)" : "\(rawValue) \(reason)" }
}
