/// The headers of a message in their order. A name may stand there more than once.
package struct RTSPHeaders: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var name: RTSPHeaderName
        /// Without blanks at its ends.
        package var value: String

        package init(_ name: RTSPHeaderName, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// The first value of that name. Setting replaces all of that name; nil removes them.
    package subscript(name: RTSPHeaderName) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of that name, in order.
    package func all(_ name: RTSPHeaderName) -> [String] {
        fields.lazy.filter { $0.name == name }.map(\.value)
    }

    /// The items of a header that is a list with commas, over all headers of that name.
    package func list(_ name: RTSPHeaderName) -> [String] {
        all(name).flatMap { value in
            value.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
        }
    }

    package mutating func add(_ name: RTSPHeaderName, _ value: String) {
        fields.append(Field(name, value))
    }

    /// The number of a request and of its response, RFC 2326 §12.17; nil when it is missing or no number.
    package var cSeq: UInt32? {
        get { self[.cSeq]?.number() }
        set { self[.cSeq] = newValue.map { String($0) } }
    }
}
