import FlowModel
import Glibc
import SystemFiles

/// Secrets from files and from the gateway's environment.
struct SystemSecretReader: SecretReading {
    func read(_ source: SecretSource) -> Result<[UInt8], SecretReadFailure> {
        switch source {
        case .literal(let value):
            return .success(Array(value.utf8))
        case .file(let path):
            return RegularFile.read(path, maximumBytes: SecretResolver.maximumBytes).mapError { failure in
                SecretReadFailure(message: "\(source): \(failure)")
            }
        case .environment(let name):
            guard let value = getenv(name) else { return .failure(SecretReadFailure(message: "\(source) is not set")) }
            return .success(Array(String(cString: value).utf8))
        }
    }
}
