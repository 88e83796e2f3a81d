import FlowModel
import Testing

@Suite("Legs that are merged")
struct MergedLegsTests {
    private static func inputs(_ sources: [InputSource], isEnabled: Bool = true) -> [InputSpec] {
        sources.enumerated().map { InputSpec(name: "i\($0)", isEnabled: isEnabled, source: $1) }
    }

    private static let rtp = InputSource.rtp(RTPInput())
    private static let rtpPair = InputSource.rtp(RTPInput(failover: true))
    private static let srt = InputSource.srtListener(SRTListenerInput())
    private static let srtPair = InputSource.srtListener(SRTListenerInput(failover: true))
    private static let caller = InputSource.srtCaller(SRTCallerInput(host: "h", port: 1))
    private static let coldCaller = InputSource.srtCaller(SRTCallerInput(host: "h", port: 1, standby: .cold))

    @Test(
        "Two of RTP by their numbers, or two of SRT by their content",
        arguments: [
            ([rtpPair], .sequence, ["i0/main", "i0/backup"]), ([rtp, rtp], .sequence, ["i0/main", "i1/main"]),
            ([srtPair], .content, ["i0/main", "i0/backup"]), ([srt, caller], .content, ["i0/main", "i1/main"]),
            ([caller, caller, rtp], .content, ["i0/main", "i1/main"]),
            ([srtPair, rtpPair], .sequence, ["i1/main", "i1/backup"]),
        ] as [([InputSource], MergedLegs.Form, [String])]
    )
    func found(_ sources: [InputSource], _ form: MergedLegs.Form, _ names: [String]) throws {
        let legs = try #require(MergedLegs(of: Self.inputs(sources)))
        #expect(legs.form == form)
        #expect(legs.names.map { "\($0.input)/\($0.leg)" } == names)
    }

    @Test(
        "One is not enough, three are too many, and a cold one brings nothing",
        arguments: [[], [rtp], [srt], [rtp, srt], [rtpPair, rtp], [srtPair, caller], [srt, coldCaller]]
    )
    func missing(_ sources: [InputSource]) {
        #expect(MergedLegs(of: Self.inputs(sources)) == nil)
    }

    @Test("One that is switched off does not count")
    func disabled() {
        #expect(MergedLegs(of: Self.inputs([Self.srtPair], isEnabled: false)) == nil)
    }
}
