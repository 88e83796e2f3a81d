import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("Secrets", .shared)
struct SecretTests {
    @Test("None of thirteen secrets is in the log, the status, the events, the metrics, a page or an error")
    func nothingLeaks() async throws {
        let secrets = (0..<13).map { "sEcReT-\($0)-\(UInt64.random(in: 1...UInt64.max))" }
        let directory = try TemporaryDirectory()
        let path = try directory.write(secrets[1] + "\n", to: "key")
        let ports = (0..<4).map { _ in FreePorts.next() }
        let input = { (name: String, port: UInt16, key: String) in
            FlowText.srtInput(name, port: port, "decryption: {key: \(key), keyLength: 16}")
        }
        let gateway = try await GatewayProcess.start(
            [
                "literal.yaml": input("literal", ports[0], "\"\(secrets[0])\""),
                "file.yaml": input("file", ports[1], "{file: \(path)}"),
                "env.yaml": input("env", ports[2], "{env: HEADGATE_TEST_KEY}"),
                "output.yaml": FlowText.flow(
                    "output",
                    inputs: ["name: in, protocol: srt, mode: listener, streamId: visible/in"],
                    outputs: [
                        "name: out, protocol: srt, mode: listener, port: \(ports[3]), encryption: {key: \(secrets[3])}",
                        "name: push, protocol: rtmp-push, url: rtmp://127.0.0.1/live, streamKey: \(secrets[4])",
                        "name: rtsp, protocol: rtsp-push, url: rtsp://127.0.0.1/a, username: u, password: \(secrets[5])",
                    ]
                ),
                "cameras.yaml": FlowText.flow(
                    "cameras",
                    inputs: [
                        "name: door, protocol: rtsp, username: u, password: \(secrets[10])",
                        "name: yard, protocol: rtsp-pull, source: 'rtsp://127.0.0.1:1/stream', username: u, "
                            + "password: \(secrets[11])",
                        "name: key, protocol: rtmp, streamKey: \(secrets[12])",
                    ],
                    outputs: ["name: web, protocol: hls"]
                ),
                // Broken files quote nothing either: a value of the wrong type, a key that is too long, a typing error.
                "wrong-type.yaml": input("wrong", 7_001, "[\(secrets[6])]"),
                "too-long.yaml": input("long", 7_002, "\"" + String(repeating: secrets[7], count: 5) + "\""),
                "typing-error.yaml": FlowText.srtInput("typo", port: 7_003, "decryption: {kez: \(secrets[8])}"),
            ],
            arguments: ["--log-level", "trace", "--rtsp", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"],
            environment: ["HEADGATE_TEST_KEY": secrets[2]]
        )
        let rtspPort = try gateway.listenerPort("rtsp")
        // Wrong ones too: what a stranger tries may be somebody's password.
        for password in [secrets[10], secrets[9]] {
            let player = try ClientProcess.ffmpeg([
                "-f", "lavfi", "-i", "testsrc2", "-t", "1", "-f", "rtsp",
                "rtsp://u:\(password)@127.0.0.1:\(rtspPort)/cameras/door",
            ])
            _ = try await player.waitForExit(within: .seconds(30))
        }
        let wrong = Encryption(passphrase: secrets[9], keyLength: 16)
        for port in ports {
            let client = try ClientProcess.ffmpeg([
                "-f", "lavfi", "-i", "testsrc2", "-f", "mpegts", "srt://127.0.0.1:\(port)?\(wrong.query)",
            ])
            #expect(try await client.waitForExit(within: .seconds(20)) != .code(0))
        }
        for (secret, port) in zip(secrets, ports.prefix(3)) {
            let key = Encryption(passphrase: secret, keyLength: 16)
            let client = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port, encryption: key)
            try await gateway.waitForStatus("connected to port \(port)") { status in
                status.flows.contains {
                    $0.leg()?.address.hasSuffix(":\(port)") == true && $0.leg()?.state == .connected
                }
            }
            client.end()
        }
        // The key's file changes while the gateway runs.
        try directory.write(secrets[9] + "\n", to: "key")
        #expect(try gateway.post("/-/reload").status / 100 == 2)

        let validation = try await ChildProcess.run(GatewayProcess.binaryPath, ["validate", gateway.flows.path])
        let sarif = try await ChildProcess.run(
            GatewayProcess.binaryPath,
            ["validate", "--format", "sarif", gateway.flows.path]
        )
        #expect(validation.status == .code(1))
        var texts = ["log": gateway.log, "validate": validation.output + validation.errorOutput, "sarif": sarif.output]
        let paths = [
            "/api/v1/status", "/api/v1/flows", "/api/v1/events", "/api/v1/stream", "/api/v1/stream?flow=cameras",
            "/api/v1/history", "/api/v1/flows/cameras/history", "/metrics", "/",
        ]
        for path in paths {
            let headers = path.hasPrefix("/api") ? ["Accept": "application/json"] : [:]
            texts[path] = try HTTPRequest.send("GET", path, port: gateway.httpPort, headers: headers).text
        }
        let plan = try await ChildProcess.run(
            GatewayProcess.binaryPath,
            ["plan", gateway.flows.path, "--server", "http://127.0.0.1:\(gateway.httpPort)"]
        )
        texts["plan"] = plan.output + plan.errorOutput
        #expect(try await gateway.stop() == .code(0))
        texts["log at the end"] = gateway.log
        for (place, text) in texts {
            for (number, secret) in secrets.enumerated() {
                #expect(!text.contains(secret), "secret \(number) is in \(place)")
            }
        }
        #expect(gateway.log.contains("BadPassphrase"))
        #expect(gateway.log.contains("typing-error.yaml"))
    }

    @Test("The state folder is for the gateway's user alone")
    func stateFolder() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.srtInput("a", port: FreePorts.next(), "decryption: {key: only-for-my-eyes}")
        ])
        try await gateway.waitForFlow("a")
        #expect(try await gateway.stop() == .code(0))
        let names = FileManager.default.enumerator(atPath: gateway.state.path)?.compactMap { $0 as? String } ?? []
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: gateway.state.path(name))
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
        }
    }
}
