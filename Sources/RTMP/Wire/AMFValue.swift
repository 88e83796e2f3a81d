/// A value of Action Message Format 0.
///
/// References, movie clips and record sets do not occur in RTMP and are refused by the decoder.
public indirect enum AMFValue: Hashable, Sendable {
    case number(Double)
    case boolean(Bool)
    case string(String)
    /// Properties in the order in which they came; a name may occur twice.
    case object([AMFProperty])
    case null
    case undefined
    /// An ECMA array: written with its count, otherwise like an object.
    case array([AMFProperty])
    case strictArray([AMFValue])
    /// Milliseconds since 1970.
    case date(Double)
}

public struct AMFProperty: Hashable, Sendable {
    public var name: String
    public var value: AMFValue

    public init(_ name: String, _ value: AMFValue) {
        self.name = name
        self.value = value
    }
}

extension AMFValue {
    /// The property `name` of an object or ECMA array; the last one when it occurs twice.
    public subscript(_ name: String) -> AMFValue? {
        switch self {
        case .object(let properties), .array(let properties): properties.last { $0.name == name }?.value
        default: nil
        }
    }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    public var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }
}
