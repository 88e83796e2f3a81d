/// The ports that the gateway itself listens on; nil where a listener is off, picked by the system or unknown.
public struct GatewayPorts: Hashable, Sendable {
    /// UDP.
    public var srt: UInt16?
    /// TCP, as all that follow.
    public var http: UInt16?
    public var rtmp: UInt16?
    public var rtmps: UInt16?
    public var rtsp: UInt16?
    public var rtsps: UInt16?

    /// What `headgate serve` listens on without flags.
    public static let defaults = GatewayPorts(srt: 8890, http: 8080, rtmp: 1935, rtsp: 8554)

    public init(
        srt: UInt16? = nil,
        http: UInt16? = nil,
        rtmp: UInt16? = nil,
        rtmps: UInt16? = nil,
        rtsp: UInt16? = nil,
        rtsps: UInt16? = nil
    ) {
        self.srt = srt
        self.http = http
        self.rtmp = rtmp
        self.rtmps = rtmps
        self.rtsp = rtsp
        self.rtsps = rtsps
    }
}
