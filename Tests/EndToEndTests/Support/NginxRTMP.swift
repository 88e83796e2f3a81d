import Foundation
import HeadgateTestKit

/// Debian's nginx with its RTMP module, on a free port, with one application `live` that hands publishers on to players.
final class NginxRTMP {
    let port: UInt16
    var processIdentifier: Int32 { process.processIdentifier }
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    static func start() async throws -> NginxRTMP {
        let nginx = try NginxRTMP()
        try await eventually("nginx listens", detail: { nginx.process.errorOutput }) {
            guard nginx.process.isRunning else { throw DeadlineExceeded(description: "nginx ended") }
            return TCPPort.isOpen(nginx.port)
        }
        return nginx
    }

    /// Waits until a player is let in, which it is before there is a publisher.
    func waitForPlayer(of stream: String) async throws {
        let log = directory.path("error.log")
        try await eventually("nginx lets in a player of \(stream)") {
            (try? String(contentsOfFile: log, encoding: .utf8))?.contains("play: name='\(stream)'") == true
        }
    }

    private init() throws {
        port = FreePorts.next()
        directory = try TemporaryDirectory("headgate-nginx")
        let configuration = """
            load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
            user root;
            daemon off;
            worker_processes 1;
            pid \(directory.path("pid"));
            error_log \(directory.path("error.log")) info;
            events { worker_connections 256; }
            rtmp {
                access_log off;
                server {
                    listen 127.0.0.1:\(port);
                    chunk_size 4096;
                    application live { live on; }
                }
            }
            """
        try directory.write(configuration, to: "nginx.conf")
        process = try ChildProcess(
            "nginx",
            ["-p", directory.path, "-c", directory.path("nginx.conf"), "-e", directory.path("start.log")],
            leadsGroup: true
        )
    }
}
