public import FlowConfig
public import FlowModel
public import FlowPlanner

/// What a controller watches, where it keeps its state, and how patient it is.
public struct FlowControllerConfiguration: Sendable {
    /// As the operator names it; messages show it so.
    public var flowsDirectory: String
    /// Holds the last good files and the generations. It is made when it is not there.
    public var stateDirectory: String
    public var prune: PrunePolicy
    /// How often the directory is read without an event.
    public var rescanInterval: Duration
    /// How long the directory must be quiet before it is read.
    public var debounceQuiet: Duration
    /// How long a directory that is never quiet goes unread.
    public var debounceMaximumWait: Duration
    public var gatewayPorts: GatewayPorts
    /// What the caps of all flows together must not exceed; nil for no limit.
    public var capacity: BitRate?
    public var loader: FlowLoader
    /// How many flows are changed at the same time.
    public var maximumConcurrentFlows: Int

    public static let defaultRescanInterval = Duration.seconds(5)
    public static let defaultDebounceQuiet = Duration.milliseconds(20)
    public static let defaultDebounceMaximumWait = Duration.milliseconds(200)
    public static let defaultMaximumConcurrentFlows = 128

    public init(
        flowsDirectory: String,
        stateDirectory: String,
        prune: PrunePolicy = .default,
        rescanInterval: Duration = Self.defaultRescanInterval,
        debounceQuiet: Duration = Self.defaultDebounceQuiet,
        debounceMaximumWait: Duration = Self.defaultDebounceMaximumWait,
        gatewayPorts: GatewayPorts = .defaults,
        capacity: BitRate? = nil,
        loader: FlowLoader = FlowLoader(),
        maximumConcurrentFlows: Int = Self.defaultMaximumConcurrentFlows
    ) {
        self.flowsDirectory = flowsDirectory
        self.stateDirectory = stateDirectory
        self.prune = prune
        self.rescanInterval = rescanInterval
        self.debounceQuiet = debounceQuiet
        self.debounceMaximumWait = debounceMaximumWait
        self.gatewayPorts = gatewayPorts
        self.capacity = capacity
        self.loader = loader
        self.maximumConcurrentFlows = max(1, maximumConcurrentFlows)
    }
}
