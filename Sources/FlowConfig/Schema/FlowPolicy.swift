import JSONSchema

/// An organisation's own rules: a JSON Schema (draft-07) that every flow document must satisfy as well.
public struct FlowPolicy: Sendable {
    /// Why a policy cannot be used.
    public struct UnusableError: Error, Hashable, Sendable, CustomStringConvertible {
        /// One line, with the place in the policy's text where that helps.
        public var message: String

        public var description: String { message }
    }

    let schema: JSONSchema

    public init(parsing bytes: [UInt8]) throws(UnusableError) {
        do {
            schema = try JSONSchema(try JSONValue(parsing: bytes))
        } catch {
            throw UnusableError(message: "\(error)")
        }
    }
}
