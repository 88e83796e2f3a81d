import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import PacketIO
import RTP
import Synchronization

/// An `rtp` or `udp` output: one socket to one destination.
final class DatagramRunningOutput: RunningOutput {
    private let datagrams: DatagramSink
    private let address: String
    private let startedAt = MonotonicTime.now()
    private let rate = Mutex(RateMeter())

    var sink: OutputSink { .packets(datagrams) }

    init(
        _ output: DatagramOutput,
        framing: DatagramSink.Framing,
        context: ComponentContext
    ) async throws(ApplyFailure) {
        let host = try await context.resolver.resolve(output.host)
        func sender(_ offset: UInt16) throws(PacketIOError) -> UDPSender {
            try UDPSender(
                UDPSenderConfiguration(
                    destination: IPEndpoint(address: host, port: output.port &+ offset),
                    timeToLive: output.ttl.flatMap { UInt8(exactly: $0) },
                    interface: output.interface
                )
            )
        }
        do throws(PacketIOError) {
            var correction: DatagramSink.ErrorCorrection?
            if framing == .rtp, output.fec != .none,
                let matrix = FECMatrix(columns: output.fecColumns, rows: output.fecRows)
            {
                correction = DatagramSink.ErrorCorrection(
                    columns: try sender(RTPInput.columnPortOffset),
                    rows: try sender(RTPInput.rowPortOffset),
                    matrix: matrix
                )
            }
            datagrams = DatagramSink(sender: try sender(0), framing: framing, correction: correction)
        } catch {
            throw ApplyFailure(error)
        }
        let shownHost = output.host.contains(":") ? "[\(output.host)]" : output.host
        address = "\(framing == .rtp ? "rtp" : "udp")://\(shownHost):\(output.port)"
    }

    func update(_ spec: OutputSpec) {}

    func stop() {
        datagrams.close()
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let counters = datagrams.sender.counters
        let bitrate = rate.withLock { $0.rate(after: counters.bytes, at: .now()) }
        var status = OutputStatus(
            spec,
            address: address,
            state: bitrate > 0 ? .connected : .waiting,
            bitrate: bitrate,
            lastError: counters.lastError
        )
        status.counters.bytes = counters.bytes
        status.counters.packets = counters.datagrams
        status.counters.packetsDropped = counters.dropped
        status.counters.packetsRefused = counters.connectionRefused
        return status
    }
}
