package import FlowModel

/// Reads what secrets hold.
package protocol SecretReading: Sendable {
    /// Returns nil for a literal; the failure is a sentence without the value.
    func read(_ source: SecretSource) -> Result<[UInt8], SecretReadFailure>
}

package struct SecretReadFailure: Error, Hashable, Sendable {
    package var message: String

    package init(message: String) {
        self.message = message
    }
}
