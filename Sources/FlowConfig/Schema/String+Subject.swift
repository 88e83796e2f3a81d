import MessageText

extension String {
    /// A value of a file as the subject of a message: as it was written, in quotes where it would not stand out.
    var asSubject: String {
        let escaped = escapedForMessage()
        let isOneWord =
            !isEmpty
            && escaped.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-+._:/".utf8.contains(byte)
                }
            }
        return isOneWord ? escaped : "\"\(escaped)\""
    }
}
