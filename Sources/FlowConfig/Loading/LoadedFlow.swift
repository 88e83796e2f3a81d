public import FlowModel

/// One flow of a file, with the places in the text that rules across files point at.
public struct LoadedFlow: Hashable, Sendable {
    /// Where an input or output and the fields that can collide with others stand.
    public struct EndpointPositions: Hashable, Sendable {
        public var start: SourcePosition
        public var port: SourcePosition?
        public var streamID: SourcePosition?
        public var streamKey: SourcePosition?
        public var path: SourcePosition?

        public init(
            start: SourcePosition,
            port: SourcePosition? = nil,
            streamID: SourcePosition? = nil,
            streamKey: SourcePosition? = nil,
            path: SourcePosition? = nil
        ) {
            self.start = start
            self.port = port
            self.streamID = streamID
            self.streamKey = streamKey
            self.path = path
        }
    }

    public var spec: FlowSpec
    /// Where the document's content starts.
    public var position: SourcePosition
    /// Where the value of `name` stands.
    public var namePosition: SourcePosition
    /// Where the value of `maxBandwidth` stands.
    public var bandwidthPosition: SourcePosition
    /// As many as `spec.inputs`.
    public var inputPositions: [EndpointPositions]
    /// As many as `spec.outputs`.
    public var outputPositions: [EndpointPositions]

    public init(
        spec: FlowSpec,
        position: SourcePosition = .unknown,
        namePosition: SourcePosition = .unknown,
        bandwidthPosition: SourcePosition = .unknown,
        inputPositions: [EndpointPositions] = [],
        outputPositions: [EndpointPositions] = []
    ) {
        self.spec = spec
        self.position = position
        self.namePosition = namePosition
        self.bandwidthPosition = bandwidthPosition
        self.inputPositions = inputPositions
        self.outputPositions = outputPositions
    }
}
