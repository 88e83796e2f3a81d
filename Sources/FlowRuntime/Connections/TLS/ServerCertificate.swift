import FlowModel
import FlowPlanner
import Foundation
import Media
import NIOSSL
import Synchronization

/// The certificate of the gateway's TLS ports. Read again when the files change, without ending a connection; while
/// they do not fit together, as between the writes of the two, the last good pair goes on.
final class ServerCertificate: Sendable {
    /// How often the files are looked at, at most.
    private static let lookInterval: Int64 = 1_000_000_000

    private struct Files: Hashable {
        let certificate: Data
        let privateKey: Data
    }

    private struct State {
        var context: NIOSSLContext
        /// What was read last, good or not.
        var files: Files
        var lookedAt: MonotonicTime
    }

    private let certificateFile: String
    private let privateKeyFile: String
    private let onEvent: @Sendable (FlowEvent) -> Void
    private let state: Mutex<State>

    init(
        certificateFile: String,
        privateKeyFile: String,
        onEvent: @escaping @Sendable (FlowEvent) -> Void
    ) throws(ApplyFailure) {
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
        self.onEvent = onEvent
        do {
            let files = try Self.read(certificateFile, privateKeyFile)
            state = Mutex(State(context: try Self.makeContext(files), files: files, lookedAt: .now()))
        } catch {
            throw ApplyFailure(
                remedy: .configurationChange,
                reason: "CertificateInvalid",
                message: Self.sentence(error, certificateFile, privateKeyFile)
            )
        }
    }

    /// For the next connection.
    func context(at now: MonotonicTime = .now()) -> NIOSSLContext {
        var event: FlowEvent?
        defer { event.map(onEvent) }
        return state.withLock { state in
            guard now.nanoseconds(since: state.lookedAt) >= Self.lookInterval else { return state.context }
            state.lookedAt = now
            guard let files = try? Self.read(certificateFile, privateKeyFile), files != state.files else {
                return state.context
            }
            state.files = files
            do {
                state.context = try Self.makeContext(files)
                event = FlowEvent(
                    reason: "CertificateReloaded",
                    flow: "",
                    component: "tls",
                    message: "new connections get the certificate that \(certificateFile) holds now"
                )
            } catch {
                event = FlowEvent(
                    reason: "CertificateInvalid",
                    severity: .warning,
                    flow: "",
                    component: "tls",
                    message: Self.sentence(error, certificateFile, privateKeyFile) + "; the former one stays"
                )
            }
            return state.context
        }
    }

    private static func read(_ certificate: String, _ privateKey: String) throws -> Files {
        Files(
            certificate: try Data(contentsOf: URL(fileURLWithPath: certificate)),
            privateKey: try Data(contentsOf: URL(fileURLWithPath: privateKey))
        )
    }

    private static func makeContext(_ files: Files) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(files.certificate))
        let key = try NIOSSLPrivateKey(bytes: Array(files.privateKey), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        return try NIOSSLContext(configuration: configuration)
    }

    private static func sentence(_ error: any Error, _ certificate: String, _ privateKey: String) -> String {
        for file in [certificate, privateKey] where !FileManager.default.isReadableFile(atPath: file) {
            return "\(file) cannot be read"
        }
        return "\(certificate) and \(privateKey) are not a PEM certificate and its private key"
    }
}
