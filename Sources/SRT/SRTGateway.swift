public import Media
import NetworkAddress

/// The gateway's SRT side: one shared port, ports of their own, callers, and the thread that reads them all.
///
/// libsrt makes two threads for each UDP port (the shared port when something first listens there, one for all callers of
/// an address family, one for each endpoint with a port of its own) and one for each connected publisher. Until one of
/// these is needed libsrt is not started.
public final class SRTGateway: Sendable {
    private let core: SRTCore

    /// `onEvent` is called on libsrt's and the poller's threads: it must be quick and must not call the gateway.
    public init(configuration: SRTGatewayConfiguration, onEvent: @escaping @Sendable (SRTEvent) -> Void) {
        core = SRTCore(configuration: configuration, onEvent: onEvent)
    }

    /// Binds the shared port, which answers nobody until something listens there, and starts the poller.
    public func start() throws(SRTFailure) {
        try core.start()
    }

    /// Closes every input, output and port and waits for the threads. Not to be called from a sink.
    public func stop() {
        core.stop()
    }

    /// The shared port's number while it is bound.
    public var sharedPort: UInt16? { core.sharedPort }

    /// Waits for a publisher.
    ///
    /// - Parameter isSilent: whether the one that is connected has brought nothing for so long that it gives way to another
    ///   one; called on libsrt's and the poller's threads.
    public func addInput(
        _ configuration: SRTListenerInputConfiguration,
        sink: any InputSink,
        isSilent: @escaping @Sendable () -> Bool = { false }
    ) throws(SRTFailure) -> SRTInput {
        let endpoint = SRTEndpoint(
            name: configuration.name,
            direction: .input,
            settings: try SRTSessionSettings(
                latency: configuration.latency,
                peerIdleTimeout: configuration.peerIdleTimeout,
                encryption: configuration.encryption
            ),
            allow: configuration.allow,
            maximum: 1,
            isSilent: isSilent
        )
        let port = try core.attach(endpoint, port: configuration.port, streamID: configuration.streamID)
        let input = SRTInput(core: core, sink: sink, endpoint: endpoint, port: port, caller: nil)
        endpoint.setOwner(input)
        core.keep(input) { input.close("the gateway stops") }
        return input
    }

    /// Calls a listener and receives what it sends.
    public func addInput(_ configuration: SRTCallerConfiguration, sink: any InputSink) throws(SRTFailure) -> SRTInput {
        let caller = try SRTCaller(configuration: configuration, isPublisher: true)
        let input = SRTInput(core: core, sink: sink, endpoint: nil, port: nil, caller: caller)
        caller.setOwner(input)
        core.keep(input) { input.close("the gateway stops") }
        core.poller.addCaller(caller)
        return input
    }

    /// Waits for receivers.
    public func addOutput(_ configuration: SRTListenerOutputConfiguration) throws(SRTFailure) -> SRTOutput {
        let endpoint = SRTEndpoint(
            name: configuration.name,
            direction: .output,
            settings: try SRTSessionSettings(
                latency: configuration.latency,
                peerIdleTimeout: configuration.peerIdleTimeout,
                encryption: configuration.encryption
            ),
            allow: configuration.allow,
            maximum: configuration.maxConcurrent
        )
        let port = try core.attach(endpoint, port: configuration.port, streamID: configuration.streamID)
        let output = SRTOutput(core: core, endpoint: endpoint, port: port, caller: nil)
        endpoint.setOwner(output)
        core.keep(output) { output.close() }
        return output
    }

    /// Calls a listener and sends to it.
    public func addOutput(_ configuration: SRTCallerConfiguration) throws(SRTFailure) -> SRTOutput {
        let caller = try SRTCaller(configuration: configuration, isPublisher: false)
        let output = SRTOutput(core: core, endpoint: nil, port: nil, caller: caller)
        caller.setOwner(output)
        core.keep(output) { output.close() }
        core.poller.addCaller(caller)
        return output
    }
}
