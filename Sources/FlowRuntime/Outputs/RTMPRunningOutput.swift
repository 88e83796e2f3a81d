import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTMP
import Synchronization

/// An `rtmp` output: players fetch the stream from the RTMP port.
final class RTMPRunningOutput: RunningOutput {
    private let place: RTMPServer.Presentation
    private let context: ComponentContext
    private let meters = Mutex<[ObjectIdentifier: RateMeter]>([:])
    private let address: String

    var sink: OutputSink { .samples(place.fanOut) }

    init(_ spec: OutputSpec, _ output: RTMPOutput, flow: String, context: ComponentContext) throws(ApplyFailure) {
        guard !context.rtmp.listeners.isEmpty else { throw .rtmpIsOff }
        self.context = context
        place = context.rtmp.addPresentation(
            flow: flow,
            component: spec.name,
            key: try output.streamKey?.required("stream key") ?? spec.name,
            allow: output.allow,
            maximum: output.maxConcurrent
        )
        // The output's name is no secret; a key that was chosen is.
        address =
            output.streamKey == nil
            ? context.rtmpAddress(flow: flow, key: spec.name) : context.rtmpAddress(flow: flow)
    }

    func update(_ spec: OutputSpec) {
        guard case .rtmp(let output) = spec.destination else { return }
        context.rtmp.update(place, allow: output.allow, maximum: output.maxConcurrent)
    }

    func stop() {
        context.rtmp.remove(place)
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let now = MonotonicTime.now()
        let players = context.rtmp.players(of: place)
        let peers = meters.withLock { meters in
            meters = meters.filter { known in players.contains { ObjectIdentifier($0) == known.key } }
            return players.map { player in
                meters[ObjectIdentifier(player), default: RateMeter()].sample(bytes: player.counters.bytes, at: now)
                return PeerStatus(player, bitrate: meters[ObjectIdentifier(player)]?.bitsPerSecond ?? 0, at: now)
            }
        }
        var status = OutputStatus(
            name: spec.name,
            protocol: spec.destination.protocolName,
            enabled: spec.isEnabled,
            address: address,
            state: players.isEmpty ? .waiting : .connected,
            bitrate: peers.reduce(0) { $0 &+ $1.bitrate },
            peers: peers
        )
        for peer in peers {
            status.counters.bytes &+= peer.counters.bytes
            status.counters.packets &+= peer.counters.packets
            status.counters.packetsDropped &+= peer.counters.packetsDropped
        }
        return status
    }
}
