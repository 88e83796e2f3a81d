/// What a request asks for, RFC 2326 §10. Unknown methods survive.
package struct RTSPMethod: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let options = Self(rawValue: "OPTIONS")
    package static let describe = Self(rawValue: "DESCRIBE")
    package static let announce = Self(rawValue: "ANNOUNCE")
    package static let setup = Self(rawValue: "SETUP")
    package static let play = Self(rawValue: "PLAY")
    package static let pause = Self(rawValue: "PAUSE")
    package static let record = Self(rawValue: "RECORD")
    package static let teardown = Self(rawValue: "TEARDOWN")
    package static let getParameter = Self(rawValue: "GET_PARAMETER")
    package static let setParameter = Self(rawValue: "SET_PARAMETER")
    package static let redirect = Self(rawValue: "REDIRECT")
}
