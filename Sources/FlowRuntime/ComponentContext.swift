import FlowModel
import NIOCore
import NetworkAddress
import PacketIO
import SRT

/// What running inputs and outputs share.
struct ComponentContext: Sendable {
    let packetLoop: PacketLoop
    let srt: SRTGateway
    let rtmp: RTMPServer
    let rtsp: RTSPServer
    let hls: HLSStreams
    /// For connections over TCP that the gateway opens.
    let eventLoops: EventLoops
    let tls: TLSClient
    let streamKeys: StreamKeys
    let files: FilePacingThread
    let recorder: RecordWriter
    let resolver: HostResolver
    let ports: PortAllocator
    let refusals: RefusalLedger
    let srtAddress: IPAddress
    let advertisedHost: String?
    let onEvent: @Sendable (FlowEvent) -> Void

    /// `HOST:PORT` as a sender should use it: the advertised host where the gateway listens on every address.
    func shown(host: IPAddress, port: UInt16) -> String {
        guard host.isUnspecified, let advertisedHost else { return IPEndpoint(address: host, port: port).description }
        return advertisedHost.contains(":") ? "[\(advertisedHost)]:\(port)" : "\(advertisedHost):\(port)"
    }
}
