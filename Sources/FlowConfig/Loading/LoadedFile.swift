public import FlowModel

/// What a flow file holds: its flows and everything that is wrong with it.
public struct LoadedFile: Hashable, Sendable {
    /// As in ``FlowFile/path``.
    public var path: String
    /// The flows of the documents that have no error of their own, in file order.
    ///
    /// A file counts as a whole: apply these only when the file ``isValid``.
    public var flows: [LoadedFlow]
    /// In the order of the text. Errors and warnings.
    public var diagnostics: [Diagnostic]
    /// Nothing but white space and comments: the file is "being saved", which never means "delete the flow".
    public var isEmpty: Bool

    public init(path: String, flows: [LoadedFlow] = [], diagnostics: [Diagnostic] = [], isEmpty: Bool = false) {
        self.path = path
        self.flows = flows
        self.diagnostics = diagnostics
        self.isEmpty = isEmpty
    }

    public var specs: [FlowSpec] { flows.map(\.spec) }

    /// No errors; an empty file is valid too. Warnings do not count.
    public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
}
