/// The members of a schema object, read with their types checked.
struct SchemaKeywords {
    private let members: JSONObject
    let location: SchemaLocation

    init(_ members: JSONObject, _ location: SchemaLocation) {
        self.members = members
        self.location = location
    }

    subscript(name: String) -> JSONValue? { self.members[name] }

    func hasAny(_ names: String...) -> Bool {
        names.contains { self.members[$0] != nil }
    }

    func error(_ name: String, _ message: String) -> JSONSchemaError {
        JSONSchemaError(schemaPath: "\(self.location.pointer)/\(JSONPointer.escape(name))", message: message)
    }

    func string(_ name: String) throws(JSONSchemaError) -> String? {
        guard let value = self.members[name] else { return nil }
        guard let string = value.string else { throw self.error(name, "must be a string") }
        return string
    }

    func list(_ name: String) throws(JSONSchemaError) -> [JSONValue]? {
        guard let value = self.members[name] else { return nil }
        guard let list = value.array else { throw self.error(name, "must be a list") }
        return list
    }

    func object(_ name: String) throws(JSONSchemaError) -> JSONObject? {
        guard let value = self.members[name] else { return nil }
        guard let object = value.object else { throw self.error(name, "must be an object") }
        return object
    }

    func flag(_ name: String) throws(JSONSchemaError) -> Bool {
        switch self.members[name] {
        case nil: return false
        case .bool(let flag): return flag
        default: throw self.error(name, "must be true or false")
        }
    }

    func count(_ name: String) throws(JSONSchemaError) -> Int? {
        let count: Int?
        switch self.members[name] {
        case nil: return nil
        case .integer(let value): count = Int(exactly: value)
        case .number(let value): count = Int(exactly: value)
        default: count = nil
        }
        guard let count, count >= 0 else { throw self.error(name, "must be a whole number of 0 or more") }
        return count
    }

    func strings(_ name: String) throws(JSONSchemaError) -> [String]? {
        guard let value = self.members[name] else { return nil }
        return try self.strings(value, at: name)
    }

    func strings(_ value: JSONValue, at name: String) throws(JSONSchemaError) -> [String] {
        let strings = value.array?.compactMap(\.string)
        guard let strings, strings.count == value.array?.count else {
            throw self.error(name, "must be a list of strings")
        }
        return strings
    }

    func pattern(_ source: String, at pointer: String) throws(JSONSchemaError) -> SchemaPattern {
        do throws(PatternError) {
            return try SchemaPattern(source)
        } catch {
            throw JSONSchemaError(schemaPath: pointer, message: "not a regular expression: \(error.message)")
        }
    }

    func types() throws(JSONSchemaError) -> JSONTypes? {
        guard let value = self.members["type"] else { return nil }
        let names: [JSONValue]
        if case .array(let list) = value { names = list } else { names = [value] }
        var types: JSONTypes = []
        for name in names {
            guard let type = name.string.flatMap(JSONTypes.init(name:)) else {
                throw self.error("type", "must be one of the seven type names, or a list of them")
            }
            types.formUnion(type)
        }
        guard !types.isEmpty else { throw self.error("type", "must not be empty") }
        return types
    }

    func numberRules() throws(JSONSchemaError) -> NumberRules? {
        guard self.hasAny("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum") else {
            return nil
        }
        let rules = NumberRules(
            multipleOf: try self.number("multipleOf"),
            maximum: try self.number("maximum"),
            exclusiveMaximum: try self.number("exclusiveMaximum"),
            minimum: try self.number("minimum"),
            exclusiveMinimum: try self.number("exclusiveMinimum")
        )
        if let divisor = rules.multipleOf?.double, divisor <= 0 { throw self.error("multipleOf", "must be above 0") }
        return rules
    }

    private func number(_ name: String) throws(JSONSchemaError) -> JSONValue? {
        switch self.members[name] {
        case nil: return nil
        case .integer(let value): return .integer(value)
        case .number(let value) where value.isFinite: return .number(value)
        default: throw self.error(name, "must be a number")
        }
    }

    func textRules() throws(JSONSchemaError) -> TextRules? {
        guard self.hasAny("minLength", "maxLength", "pattern", "format") else { return nil }
        var rules = TextRules()
        rules.minimumLength = try self.count("minLength")
        rules.maximumLength = try self.count("maxLength")
        if let source = try self.string("pattern") {
            rules.pattern = try self.pattern(source, at: self.location.pointer + "/pattern")
        }
        rules.format = try self.string("format").flatMap(SchemaFormat.init(rawValue:))
        return rules
    }
}
