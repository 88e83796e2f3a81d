/// The programs that users connect to a gateway, each ending by itself after two minutes at the latest.
public enum ClientProcess {
    private static func bounded(_ command: String, _ arguments: [String]) throws -> ChildProcess {
        // In the foreground a signal is passed on once. Otherwise it is a second time to the group, and ffmpeg does not
        // finish what it writes when it is told twice.
        let limit = ["--foreground", "--signal=KILL", "120"]
        return try ChildProcess("timeout", limit + [command] + arguments, leadsGroup: true)
    }

    public static func ffmpeg(_ arguments: [String]) throws -> ChildProcess {
        try bounded("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "warning", "-y"] + arguments)
    }

    public static func ffprobe(_ arguments: [String]) throws -> ChildProcess {
        try bounded("ffprobe", ["-hide_banner", "-loglevel", "error"] + arguments)
    }

    /// `srt-live-transmit` from one URL to another, in messages of seven TS packets, ending at the first failure.
    public static func srtLiveTransmit(from source: String, to target: String) throws -> ChildProcess {
        try bounded("srt-live-transmit", ["-a:no", "-chunk:1316", "-loglevel:error", source, target])
    }

    /// `gst-launch-1.0` with a pipeline, its elements already split into words.
    public static func gstreamer(_ pipeline: [String]) throws -> ChildProcess {
        try bounded("gst-launch-1.0", ["-q"] + pipeline)
    }

    /// librtmp's command-line player.
    public static func rtmpdump(_ arguments: [String]) throws -> ChildProcess {
        try bounded("rtmpdump", ["--quiet"] + arguments)
    }
}
