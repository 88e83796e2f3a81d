import FlowHub
import FlowModel
import FlowPlanner
import Media
import NIOCore
import NIOPosix
import PacketIO
import RTMP
import RTSP
import SRT
import Synchronization

/// Makes running inputs and outputs, and owns what they share.
final class ComponentFactory: Sendable {
    let refusals: RefusalLedger
    private let context: ComponentContext
    private let eventLoops = EventLoops()
    private let configuration: FlowRuntimeConfiguration
    /// Of the ports with TLS.
    let certificate: ServerCertificate?

    init(configuration: FlowRuntimeConfiguration, onEvent: @escaping @Sendable (FlowEvent) -> Void) throws(ApplyFailure)
    {
        self.configuration = configuration
        certificate = try configuration.secured.map { secured throws(ApplyFailure) in
            try ServerCertificate(
                certificateFile: secured.certificateFile,
                privateKeyFile: secured.privateKeyFile,
                onEvent: onEvent
            )
        }
        let refusals = RefusalLedger(onEvent: onEvent)
        self.refusals = refusals
        let packetLoop: PacketLoop
        do throws(PacketIOError) { packetLoop = try PacketLoop() } catch { throw ApplyFailure(error) }
        context = ComponentContext(
            packetLoop: packetLoop,
            srt: SRTGateway(
                configuration: SRTGatewayConfiguration(
                    bindAddress: configuration.srtAddress,
                    sharedPort: configuration.srtPort
                ),
                onEvent: { FlowEvent.tell($0, refusals: refusals, onEvent: onEvent) }
            ),
            rtmp: RTMPServer(eventLoops: eventLoops, refusals: refusals, onEvent: onEvent),
            rtsp: RTSPServer(eventLoops: eventLoops, refusals: refusals),
            hls: HLSStreams(endpoint: configuration.http, isSecured: configuration.isHTTPSecured),
            eventLoops: eventLoops,
            tls: TLSClient(authoritiesFile: configuration.authoritiesFile),
            streamKeys: StreamKeys(file: configuration.stateDirectory.map { $0 + "/stream-keys.secret" }),
            files: FilePacingThread(),
            recorder: RecordWriter(),
            resolver: HostResolver(),
            ports: PortAllocator(
                range: configuration.portRange,
                file: configuration.stateDirectory.map { $0 + "/ports.json" }
            ),
            refusals: refusals,
            srtAddress: configuration.srtAddress,
            advertisedHost: configuration.advertisedHost,
            onEvent: onEvent
        )
        context.rtsp.setPortOpener {
            [loop = context.packetLoop, ports = context.ports] track, peer, handler, onStranger in
            try? RTSPDatagramPorts(
                track: track,
                peer: peer,
                handler: handler,
                loop: loop,
                allocator: ports,
                onStranger: onStranger
            )
        }
    }

    func start() throws(ApplyFailure) {
        context.files.start()
        context.recorder.start()
        do throws(SRTFailure) { try context.srt.start() } catch { throw ApplyFailure(error) }
        if let endpoint = configuration.rtmp { try context.rtmp.listen(on: endpoint) }
        if let endpoint = configuration.rtsp { try context.rtsp.listen(on: endpoint) }
        guard let secured = configuration.secured, let certificate else { return }
        if let endpoint = secured.rtmps { try context.rtmp.listen(on: endpoint, certificate: certificate) }
        if let endpoint = secured.rtsps { try context.rtsp.listen(on: endpoint, certificate: certificate) }
    }

    func stop() {
        context.files.stop()
        context.srt.stop()
        context.recorder.stop()
        context.rtmp.listeners.stop()
        context.rtsp.listeners.stop()
        eventLoops.group.shutdownGracefully { _ in }
    }

    var sharedSRTPort: UInt16? { context.srt.sharedPort }
    var rtmpPort: UInt16? { context.rtmp.listeners.port("rtmp") }
    var rtmpsPort: UInt16? { context.rtmp.listeners.port("rtmps") }
    var rtspPort: UInt16? { context.rtsp.listeners.port("rtsp") }
    var rtspsPort: UInt16? { context.rtsp.listeners.port("rtsps") }
    var streamAddresses: [StreamAddress] { context.rtmpStreamAddresses }
    var hls: HLSStreams { context.hls }

    func makeInput(
        _ spec: InputSpec,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup
    ) async throws(ApplyFailure) -> any RunningInput {
        switch spec.source {
        case .srtListener(let input):
            try ListeningInput(spec) { [context] id, allow throws(ApplyFailure) in
                try SRTListeningLeg(
                    id,
                    input,
                    allow: allow,
                    flow: flow,
                    hub: hub,
                    merge: merge,
                    context: context
                )
            }
        case .srtCaller(let input):
            try standby(
                input.standby,
                spec,
                address: ComponentContext.srtCallAddress(host: input.host, port: input.port),
                flow: flow,
                hub: hub
            ) { [context] () throws(ApplyFailure) in
                try SRTCallerRunningInput(spec, input, flow: flow, hub: hub, merge: merge, context: context)
            }
        case .rtp(let input):
            try ListeningInput.rtp(spec, input, flow: flow, hub: hub, merge: merge, context: context)
        case .file(let input):
            try FileRunningInput(spec, input, hub: hub, context: context)
        case .rtmp(let input):
            try ListeningInput(spec) { [context] id, allow throws(ApplyFailure) in
                try RTMPListeningLeg(id, input, allow: allow, flow: flow, hub: hub, context: context)
            }
        case .rtmpPull(let input):
            try standby(
                input.standby,
                spec,
                address: RTMPURL(address: input.source, streamKey: input.streamKey).description,
                flow: flow,
                hub: hub
            ) { [context] () throws(ApplyFailure) in
                try PullRunningInput(spec, input, flow: flow, hub: hub, context: context)
            }
        case .rtsp(let input):
            try ListeningInput(spec) { [context] id, allow throws(ApplyFailure) in
                try RTSPListeningLeg(id, input, allow: allow, flow: flow, hub: hub, context: context)
            }
        case .rtspPull(let input):
            try PullRunningInput(spec, input, flow: flow, hub: hub, context: context)
        }
    }

    /// The input at once, or as soon as the flow needs it.
    private func standby(
        _ standby: Standby,
        _ spec: InputSpec,
        address: String,
        flow: String,
        hub: FlowHub,
        make: @escaping @Sendable () throws(ApplyFailure) -> any RunningInput
    ) throws(ApplyFailure) -> any RunningInput {
        switch standby {
        case .hot:
            try make()
        case .cold:
            OnDemandInput(name: spec.name, address: address, hub: hub, make: make) { [context] failure in
                context.onEvent(
                    FlowEvent(
                        reason: failure.reason,
                        severity: .warning,
                        flow: flow,
                        component: spec.name,
                        message: failure.message
                    )
                )
            }
        }
    }

    func makeOutput(_ spec: OutputSpec, flow: String) async throws(ApplyFailure) -> any RunningOutput {
        switch spec.destination {
        case .srtListener(let output):
            try SRTRunningOutput(spec, output, flow: flow, context: context)
        case .srtCaller(let output):
            try SRTRunningOutput(spec, output, flow: flow, context: context)
        case .rtp(let output):
            try await DatagramRunningOutput(output, framing: .rtp, context: context)
        case .udp(let output):
            try await DatagramRunningOutput(output, framing: .plain, context: context)
        case .record(let output):
            try RecordRunningOutput(output, context: context)
        case .rtmp(let output):
            try RTMPRunningOutput(spec, output, flow: flow, context: context)
        case .rtmpPush(let output):
            try PushRunningOutput(spec, output, flow: flow, context: context)
        case .rtsp(let output):
            try RTSPRunningOutput(spec, output, flow: flow, context: context)
        case .rtspPush(let output):
            try PushRunningOutput(spec, output, flow: flow, context: context)
        case .hls(let output):
            try HLSRunningOutput(spec, output, flow: flow, context: context)
        }
    }
}
