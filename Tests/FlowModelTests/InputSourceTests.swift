import FlowModel
import NetworkAddress
import Testing

@Suite("Inputs and outputs")
struct InputSourceTests {
    @Test(
        "Each source has the protocol name of the flow file, and a backup leg where it asks for one",
        arguments: [
            (.rtmp(RTMPInput(failover: true)), "rtmp", true),
            (.rtmpPull(RTMPPullInput(source: "rtmp://h/a")), "rtmp-pull", false),
            (.srtListener(SRTListenerInput()), "srt", false),
            (.srtListener(SRTListenerInput(failover: true)), "srt", true),
            (.srtCaller(SRTCallerInput(host: "h", port: 1)), "srt", false),
            (.rtp(RTPInput(failover: true)), "rtp", true),
            (.rtsp(RTSPInput(failover: true)), "rtsp", true),
            (.rtspPull(RTSPPullInput(source: "rtsp://h/a")), "rtsp-pull", false),
            (.file(FileInput(path: .builtin("demo"))), "file", false),
        ] as [(InputSource, String, Bool)]
    )
    func sources(_ source: InputSource, name: String, hasBackupLeg: Bool) {
        #expect(source.protocolName == name)
        #expect(source.hasBackupLeg == hasBackupLeg)
    }

    @Test("Who may send is said of inputs that senders call, and of no other")
    func allow() {
        let some = Allowlist(networks: ["192.0.2.0/24"].compactMap(IPNetwork.init))
        let called: [InputSource] = [
            .rtmp(RTMPInput(allow: some)), .srtListener(SRTListenerInput(allow: some)), .rtp(RTPInput(allow: some)),
            .rtsp(RTSPInput(allow: some)),
        ]
        #expect(called.allSatisfy { $0.allow == some })
        let calling: [InputSource] = [
            .rtmpPull(RTMPPullInput(source: "rtmp://h/a")), .srtCaller(SRTCallerInput(host: "h", port: 1)),
            .rtspPull(RTSPPullInput(source: "rtsp://h/a")), .file(FileInput(path: .builtin("demo"))),
        ]
        #expect(calling.allSatisfy { $0.allow == nil })
    }

    @Test(
        "Each destination has the protocol name of the flow file",
        arguments: [
            (.srtListener(SRTListenerOutput()), "srt"),
            (.srtCaller(SRTCallerOutput(host: "h", port: 1)), "srt"),
            (.rtmp(RTMPOutput()), "rtmp"),
            (.rtmpPush(RTMPPushOutput(url: "rtmp://h/a")), "rtmp-push"),
            (.rtp(DatagramOutput(host: "h", port: 1)), "rtp"),
            (.udp(DatagramOutput(host: "h", port: 1)), "udp"),
            (.rtsp(RTSPOutput()), "rtsp"),
            (.rtspPush(RTSPPushOutput(url: "rtsp://h/a")), "rtsp-push"),
            (.hls(HLSOutput()), "hls"),
            (.record(RecordOutput(path: "/tmp/a.ts")), "record"),
        ] as [(OutputDestination, String)]
    )
    func destinations(_ destination: OutputDestination, name: String) {
        #expect(destination.protocolName == name)
    }
}
