import FlowModel
import HeadgateTestKit
import Testing

/// Enough streams that the gateway reads them together, and not one after the other as they come.
@Suite("Many RTMP streams", .shared)
struct RTMPManyStreamsTests {
    private static let streams = 0..<10

    @Test("Each frame of ten encoders comes out for ten players, every other encoder and player over TLS")
    func many() async throws {
        let directory = try TemporaryDirectory()
        let certificates = try TestCertificates()
        let (certificate, privateKey) = try await certificates.make("localhost")
        let flows = Self.streams.map { stream in
            let (input, output) = ("name: in, protocol: rtmp, streamKey: key", "name: watch, protocol: rtmp")
            return ("many-\(stream).yaml", FlowText.flow("many-\(stream)", inputs: [input], outputs: [output]))
        }
        let gateway = try await GatewayProcess.start(
            Dictionary(uniqueKeysWithValues: flows),
            arguments: [
                "--rtmp", "127.0.0.1:0", "--rtmps", "127.0.0.1:0",
                "--certificate", certificate, "--private-key", privateKey,
            ]
        )
        func base(_ stream: Int) throws -> String {
            let scheme = stream.isMultiple(of: 2) ? "rtmps" : "rtmp"
            return "\(scheme)://127.0.0.1:\(try gateway.listenerPort(scheme))/many-\(stream)"
        }
        let players = try Self.streams.map { stream in
            try ClientProcess.ffmpeg([
                "-i", "\(try base(stream))/watch", "-map", "0:v", "-map", "0:a", "-c", "copy",
                "-f", "framemd5", directory.path("played-\(stream)"),
            ])
        }
        for stream in Self.streams {
            try await gateway.waitForFlow("many-\(stream)", "played") { $0.output("watch")?.peers.count == 1 }
        }
        var encoders: [ChildProcess] = []
        for stream in Self.streams { encoders.append(try await FLVFixture.publish(to: "\(try base(stream))/key")) }
        for encoder in encoders { #expect(try await encoder.waitForExit() == .code(0), "\(encoder.errorOutput)") }
        for stream in Self.streams {
            try await gateway.waitForFlow("many-\(stream)", "without its encoder") { $0.leg()?.state == .waiting }
        }
        _ = try await gateway.stop()
        withExtendedLifetime(certificates) {}
        let sent = try await FrameList.of(try await FLVFixture.path)
        for (stream, player) in zip(Self.streams, players) {
            _ = try await player.waitForExit()
            let played = try FrameList(contentsOf: directory.path("played-\(stream)"))
            for kind in [0, 1] {
                #expect(played.hashes(kind) == sent.hashes(kind), "stream \(stream)")
                #expect(played.relativeTimes(kind) == sent.relativeTimes(kind), "stream \(stream)")
            }
        }
    }
}
