package import FlowConfig
package import FlowModel

/// How file contents become flows; tests bring simpler rules.
package struct FlowDirectoryRules: Sendable {
    package var load: @Sendable (FlowFile) -> LoadedFile
    /// Checks newcomers against each other and against files that were accepted before.
    package var check: @Sendable (_ newcomers: [LoadedFile], _ established: [LoadedFile]) -> [Diagnostic]

    package init(
        load: @escaping @Sendable (FlowFile) -> LoadedFile,
        check: @escaping @Sendable (_ newcomers: [LoadedFile], _ established: [LoadedFile]) -> [Diagnostic]
    ) {
        self.load = load
        self.check = check
    }

    package init(_ configuration: FlowControllerConfiguration) {
        let loader = configuration.loader
        let gateway = configuration.gatewayPorts
        let capacity = configuration.capacity
        self.init(
            load: { loader.load($0) },
            check: { DirectoryRules.check($0, established: $1, gateway: gateway, capacity: capacity) }
        )
    }
}
