public import FlowModel

/// Rules that only several flows together can break: names, ports, stream IDs, recording paths.
public enum DirectoryRules {
    /// Checks files against each other and against the gateway's own ports.
    ///
    /// Files are taken in the order of their paths. The first to claim something owns it; a later claim is an error
    /// in the later file, whose message names the earlier one. A file that is invalid, or that an error names here,
    /// is refused as a whole and claims nothing. Flows that are suspended and endpoints that are disabled claim
    /// nothing but the flow's name. Takes time in proportion to the flows.
    ///
    /// - Parameters:
    ///   - established: files that were accepted before and own what they claim whatever their paths.
    ///   - capacity: what the caps of all flows together must not exceed; nil for no limit.
    public static func check(
        _ files: [LoadedFile],
        established: [LoadedFile] = [],
        gateway: GatewayPorts,
        capacity: BitRate? = nil
    ) -> [Diagnostic] {
        var registry = ClaimRegistry(gateway: gateway, capacity: capacity)
        for file in sorted(established) { _ = registry.accept(file, isEstablished: true) }
        return sorted(files).flatMap { registry.accept($0) }
    }

    private static func sorted(_ files: [LoadedFile]) -> [LoadedFile] {
        files.filter { $0.isValid && !$0.flows.isEmpty }.sorted { $0.path < $1.path }
    }
}
