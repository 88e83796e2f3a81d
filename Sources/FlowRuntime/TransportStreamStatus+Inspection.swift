import FlowHub
import FlowModel
import MPEGTS

extension TransportStreamStatus {
    init(_ leg: HubSnapshot.Leg, _ inspection: TSSnapshot) {
        self.init()
        packets = inspection.packets
        nullPackets = inspection.nullPackets
        continuityErrors = inspection.continuityErrors
        syncLosses = inspection.syncLosses
        transportErrors = inspection.transportErrors
        crcErrors = inspection.crcErrors
        syncByteErrors = inspection.faults.syncByteErrors
        patErrors = inspection.faults.patErrors
        pmtErrors = inspection.faults.pmtErrors
        pidErrors = inspection.faults.pidErrors
        pcrRepetitionErrors = inspection.faults.pcrRepetitionErrors
        pcrDiscontinuityErrors = inspection.faults.pcrDiscontinuityErrors
        pcrAccuracyErrors = inspection.faults.pcrAccuracyErrors
        ptsErrors = inspection.faults.ptsErrors
        catErrors = inspection.faults.catErrors
        constantBitrate = inspection.constantBitrate
        pcrPID = inspection.pcrPID.map { Int($0) }
        streams = inspection.streams.map { stream in
            TransportStreamStatus.Stream(
                pid: Int(stream.pid),
                streamType: Int(stream.streamType),
                codec: stream.codec.name,
                bitrate: leg.bitsPerSecondByPID[stream.pid] ?? 0
            )
        }
    }
}
