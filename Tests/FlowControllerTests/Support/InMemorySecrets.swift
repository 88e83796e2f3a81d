import FlowController
import FlowModel
import Synchronization

final class InMemorySecrets: SecretReading {
    private let values = Mutex<[SecretSource: String]>([:])

    subscript(source: SecretSource) -> String? {
        get { values.withLock { $0[source] } }
        set { values.withLock { $0[source] = newValue } }
    }

    func read(_ source: SecretSource) -> Result<[UInt8], SecretReadFailure> {
        guard let value = self[source] else { return .failure(SecretReadFailure(message: "\(source) is not there")) }
        return .success(Array(value.utf8))
    }
}
