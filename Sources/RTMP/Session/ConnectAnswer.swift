/// What a server says to `connect`, RTMP 1.0 §7.2.1.1, in the order that encoders expect.
enum ConnectAnswer {
    /// The version of a server that every client knows; encoders look for it before they trust the rest.
    private static let serverVersion = "FMS/3,5,7,7009"
    private static let serverCapabilities = 31.0

    static func actions(to command: RTMPCommand) -> [RTMPServerAction] {
        let window = RTMPSessionLimits.acknowledgementWindow
        let properties: [AMFProperty] = [
            AMFProperty("fmsVer", .string(serverVersion)),
            AMFProperty("capabilities", .number(serverCapabilities)),
            AMFProperty("mode", .number(1)),
        ]
        let enhanced = EnhancedCapabilities.answer(to: command[0])
        let information = RTMPCommand.information(
            "status",
            "NetConnection.Connect.Success",
            "Connection succeeded.",
            // AMF0 whatever was asked for: clients that can speak AMF3 speak AMF0 then.
            [AMFProperty("objectEncoding", .number(0))] + enhanced
        )
        // Specifications leave open which of the two objects says it: clients look into either.
        let result = RTMPCommand(
            "_result",
            transaction: command.transaction,
            [.object(properties + enhanced), information]
        )
        return [
            RTMPServerSession.send(.windowAcknowledgementSize(window)),
            RTMPServerSession.send(.setPeerBandwidth(window, .dynamic)),
            RTMPServerSession.send(.setChunkSize(RTMPSessionLimits.chunkSize)),
            .setOutgoingChunkSize(Int(RTMPSessionLimits.chunkSize)),
            RTMPServerSession.send(result),
        ]
    }
}
