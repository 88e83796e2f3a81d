import FlowPlanner
import NIOCore
import NIOSSL
import NetworkAddress
import Synchronization

/// Makes the TLS ends of connections that the gateway opens. The far side's certificate is verified against the
/// system's authorities and those in `--ca-file`, and must be for the host that was called.
final class TLSClient: Sendable {
    private let authoritiesFile: String?
    /// Made when first needed, as it reads all of the system's authorities.
    private let context = Mutex<NIOSSLContext?>(nil)

    init(authoritiesFile: String?) {
        self.authoritiesFile = authoritiesFile
    }

    func handler(host: String) throws(ApplyFailure) -> NIOSSLClientHandler {
        do {
            // An address has no place in SNI; the certificate is then held against the address itself.
            return try NIOSSLClientHandler(
                context: readyContext(),
                serverHostname: IPAddress(host) == nil ? host : nil
            )
        } catch {
            throw ApplyFailure(
                remedy: .configurationChange,
                reason: "CertificateInvalid",
                message: authoritiesFile.map { "\($0) holds no PEM certificates, or cannot be read" }
                    ?? "the host name \(host) cannot be used with TLS"
            )
        }
    }

    private func readyContext() throws -> NIOSSLContext {
        try context.withLock { context in
            if let context { return context }
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            if let authoritiesFile { configuration.additionalTrustRoots = [.file(authoritiesFile)] }
            let made = try NIOSSLContext(configuration: configuration)
            context = made
            return made
        }
    }
}
