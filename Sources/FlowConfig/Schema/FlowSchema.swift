import JSONSchema

/// The schema of flow documents, with what conversion and messages need to know of it.
struct FlowSchema: Sendable {
    /// The one that ships inside the binary.
    static let embedded = FlowSchema(text: EmbeddedSchemas.flow)

    let schema: JSONSchema
    /// Keys whose scalars, or lists of scalars, are text and therefore taken letter for letter.
    let textKeys: Set<String>
    /// Keys whose values no message may show: `writeOnly` ones.
    let secretKeys: Set<String>
    /// Keys that stand inside of such values and may be named.
    let secretMembers: Set<String>
    /// All other keys that there are.
    let plainKeys: Set<String>
    private let document: JSONValue

    /// The properties that the schema at a place explains; not those that all inputs or outputs have.
    ///
    /// - Parameter pointer: To one of its keywords, `/definitions/allow/additionalProperties`.
    func knownKeys(at pointer: String) -> [String] {
        let schema = pointer.split(separator: "/").dropLast().reduce(JSONValue?.some(document)) {
            $0?.object?[String($1)]
        }
        let properties = schema?.object?["properties"]?.object?.members ?? []
        return properties.filter { $0.value != .bool(true) }.map(\.key)
    }

    /// A schema that does not compile is a fault of this program, which its tests find.
    private init(text: String) {
        do {
            document = try JSONValue(parsing: text)
            schema = try JSONSchema(document)
            var keys = FlowSchemaKeys(document: document)
            keys.collect()
            textKeys = keys.text
            secretKeys = keys.secret
            secretMembers = keys.secretMembers
            plainKeys = keys.all.subtracting(keys.secret).subtracting(keys.secretMembers)
        } catch {
            preconditionFailure("the embedded flow schema cannot be used: \(error)")
        }
    }
}

/// Walks a schema document and sorts its property names.
private struct FlowSchemaKeys {
    let document: JSONValue
    private(set) var all: Set<String> = []
    private(set) var text: Set<String> = []
    private(set) var secret: Set<String> = []
    private(set) var secretMembers: Set<String> = []
    private var notText: Set<String> = []

    init(document: JSONValue) {
        self.document = document
    }

    mutating func collect() {
        collect(in: document)
        for (_, definition) in members(document.object?["definitions"]) { collect(in: definition) }
        text.subtract(notText)
    }

    private mutating func collect(in schema: JSONValue) {
        for (name, property) in members(schema.object?["properties"]) {
            all.insert(name)
            guard let property = resolved(property).object else { continue }
            if property["writeOnly"] == true {
                secret.insert(name)
                secretMembers.formUnion(property["properties"]?.object?.keys ?? [])
            }
            if Self.takesTextOnly(property["type"]) { text.insert(name) } else { notText.insert(name) }
            collect(in: .object(property))
        }
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let reference = schema.object?["$ref"]?.string, reference.hasPrefix("#/definitions/") else {
            return schema
        }
        let name = String(reference.dropFirst("#/definitions/".count))
        return document.object?["definitions"]?.object?[name] ?? schema
    }

    private func members(_ value: JSONValue?) -> [(String, JSONValue)] {
        value?.object?.members.map { ($0.key, $0.value) } ?? []
    }

    /// Whether a scalar of this type can only be a string.
    private static func takesTextOnly(_ type: JSONValue?) -> Bool {
        let names = type?.array?.compactMap(\.string) ?? [type?.string].compactMap(\.self)
        return names.contains("string") && names.allSatisfy { ["string", "object", "array"].contains($0) }
    }
}
