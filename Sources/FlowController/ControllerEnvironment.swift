/// Everything outside that a controller touches, so that tests can bring their own.
package struct ControllerEnvironment: Sendable {
    package var directory: any FlowDirectory
    package var rules: FlowDirectoryRules
    package var secrets: any SecretReading
    package var watcher: any FlowWatching
    package var state: any StateStore
    package var time: any ControllerTime

    package init(
        directory: any FlowDirectory,
        rules: FlowDirectoryRules,
        secrets: any SecretReading,
        watcher: any FlowWatching,
        state: any StateStore,
        time: any ControllerTime
    ) {
        self.directory = directory
        self.rules = rules
        self.secrets = secrets
        self.watcher = watcher
        self.state = state
        self.time = time
    }
}
