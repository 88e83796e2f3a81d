import Foundation
import HeadgateTestKit

/// A server of GStreamer's RTSP library at `/stream`, which serves a clip or takes what is pushed to it.
final class GStreamerRTSPServer {
    enum Authentication: String, CaseIterable {
        case none, basic, digest
    }

    static let user = "camera-user"
    static let password = "camera-password"

    let port: UInt16
    let process: ChildProcess
    private let directory: TemporaryDirectory

    /// Plays a clip once, from its beginning, for each client.
    static func playing(
        _ clip: String,
        authentication: Authentication = .none,
        isTCPOnly: Bool = false
    ) async throws -> GStreamerRTSPServer {
        try await GStreamerRTSPServer(
            isTCPOnly ? "play-tcp" : "play",
            "( filesrc location=\(clip) ! flvdemux name=d "
                + "d.video ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 "
                + "d.audio ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )",
            authentication
        )
    }

    /// Writes what is pushed to it into a file.
    static func recording(
        to file: String,
        authentication: Authentication = .none
    ) async throws -> GStreamerRTSPServer {
        try await GStreamerRTSPServer(
            "record",
            "( rtph264depay name=depay0 ! h264parse ! queue ! m. rtpmp4gdepay name=depay1 ! aacparse ! queue ! m. "
                + "matroskamux name=m streamable=true ! filesink location=\(file) buffer-mode=unbuffered )",
            authentication
        )
    }

    private init(_ role: String, _ pipeline: String, _ authentication: Authentication) async throws {
        port = FreePorts.next()
        directory = try TemporaryDirectory("headgate-rtsp-server")
        let script = try directory.write(Self.script, to: "server.py")
        // Debian's own Python has Debian's bindings.
        process = try ChildProcess(
            "timeout",
            [
                "--signal=KILL", "120", "/usr/bin/python3", script, role, "\(port)", pipeline, authentication.rawValue,
                Self.user, Self.password,
            ],
            leadsGroup: true
        )
        try await eventually("GStreamer's RTSP server listens", detail: { self.process.errorOutput }) {
            guard process.isRunning else { throw DeadlineExceeded(description: "the RTSP server ended") }
            return process.output.contains("listening")
        }
    }

    var url: String { "rtsp://127.0.0.1:\(port)/stream" }

    /// The library may end its process by an assertion of its own (`gst_rtsp_media_get_rates`) when a client asks to play
    /// right after SETUP, as most do: it is started again then, and serves whoever calls again.
    private static let script = """
        import os
        import signal
        import sys

        while True:
            child = os.fork()
            if child == 0:
                break
            status = os.waitpid(child, 0)[1]
            if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGABRT:
                sys.exit(1)

        import gi
        gi.require_version("Gst", "1.0")
        gi.require_version("GstRtsp", "1.0")
        gi.require_version("GstRtspServer", "1.0")
        from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

        role, port, pipeline, method, user, password = sys.argv[1:7]
        Gst.init(None)
        server = GstRtspServer.RTSPServer()
        server.set_address("127.0.0.1")
        server.set_service(port)
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(pipeline)
        if role == "record":
            factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
        if role == "play-tcp":
            factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        if method != "none":
            token = GstRtspServer.RTSPToken()
            token.set_string("media.factory.role", "user")
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
            auth = GstRtspServer.RTSPAuth()
            if method == "digest":
                auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
                auth.add_digest(user, password, token)
            else:
                auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
                auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
            server.set_auth(auth)
        server.get_mount_points().add_factory("/stream", factory)
        server.attach(None)
        print("listening", flush=True)
        GLib.MainLoop().run()
        """
}
