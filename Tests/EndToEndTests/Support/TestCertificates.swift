import HeadgateTestKit

/// A certificate authority of a test's own, and certificates of it.
struct TestCertificates {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory("headgate-certificates")
    }

    /// PEM of the authority.
    var authority: String { directory.path("authority.pem") }

    /// A certificate for a host name, with its private key.
    func make(_ host: String) async throws -> (certificate: String, privateKey: String) {
        let (certificate, privateKey) = (directory.path("\(host).pem"), directory.path("\(host).key"))
        try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Test authority", "-keyout", directory.path("authority.key"), "-out", authority,
        ])
        try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-CA", authority, "-CAkey", directory.path("authority.key"), "-subj", "/CN=\(host)",
            "-addext", "subjectAltName=DNS:\(host)", "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", privateKey, "-out", certificate,
        ])
        return (certificate, privateKey)
    }

    private func openssl(_ arguments: [String]) async throws {
        let result = try await ChildProcess.run("openssl", arguments)
        guard result.status == .code(0) else { throw DeadlineExceeded(description: "openssl: \(result.errorOutput)") }
    }
}
