import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import SRT
import Synchronization

/// An SRT output, listener or caller.
final class SRTRunningOutput: RunningOutput {
    private let endpoint: SRTOutput
    private let address: String
    private let rate = Mutex(RateMeter())

    var sink: OutputSink { .packets(endpoint) }

    init(_ spec: OutputSpec, _ output: SRTListenerOutput, flow: String, context: ComponentContext) throws(ApplyFailure)
    {
        let name = "\(flow)/\(spec.name)"
        let streamID = output.streamID ?? (output.port == nil ? name : nil)
        let configuration = SRTListenerOutputConfiguration(
            name: name,
            port: output.port,
            streamID: streamID,
            latency: output.latency,
            encryption: try output.encryption.map(SRTEncryptionSettings.init),
            allow: output.allow,
            peerIdleTimeout: output.peerIdleTimeout,
            maxConcurrent: output.maxConcurrent
        )
        do throws(SRTFailure) {
            endpoint = try context.srt.addOutput(configuration)
        } catch {
            throw ApplyFailure(error)
        }
        address = context.srtListenAddress(port: endpoint.localPort, streamID: streamID)
    }

    init(_ spec: OutputSpec, _ output: SRTCallerOutput, flow: String, context: ComponentContext) throws(ApplyFailure) {
        let configuration = SRTCallerConfiguration(
            name: "\(flow)/\(spec.name)",
            streamID: output.streamID,
            latency: output.latency,
            encryption: try output.encryption.map(SRTEncryptionSettings.init),
            peerIdleTimeout: output.peerIdleTimeout,
            resolve: IPEndpoint.resolver(host: output.host, port: output.port)
        )
        do throws(SRTFailure) {
            endpoint = try context.srt.addOutput(configuration)
        } catch {
            throw ApplyFailure(error)
        }
        address = ComponentContext.srtCallAddress(host: output.host, port: output.port)
    }

    func update(_ spec: OutputSpec) {
        guard case .srtListener(let output) = spec.destination else { return }
        endpoint.update(allow: output.allow, maxConcurrent: output.maxConcurrent)
    }

    func stop() {
        endpoint.close()
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let now = MonotonicTime.now()
        let statistics = endpoint.statistics()
        let bitrate = rate.withLock { $0.rate(after: statistics.sentBytes, at: now) }
        var status = OutputStatus(
            spec,
            address: address,
            state: statistics.peers.isEmpty ? .waiting : .connected,
            bitrate: bitrate,
            peers: statistics.peers.map { PeerStatus($0, at: now) },
            lastError: statistics.lastError
        )
        status.counters.bytes = statistics.sentBytes
        status.counters.packets = statistics.sentPackets
        status.counters.packetsDropped = statistics.droppedWithoutPeer &+ statistics.droppedBySendBuffer
        status.counters.packetsLost = statistics.peers.reduce(0) { $0 &+ $1.lost }
        status.counters.packetsRetransmitted = statistics.peers.reduce(0) { $0 &+ $1.retransmitted }
        status.counters.reconnects = UInt64(max(0, statistics.reconnects))
        return status
    }
}
