import FlowPlanner
import PacketIO
import SRT

extension ApplyFailure {
    init(_ error: PacketIOError) {
        switch error.reason {
        case .portInUse: self.init(remedy: .retry, reason: "PortInUse", message: error.message)
        case .addressNotAvailable: self.init(remedy: .retry, reason: "AddressNotAvailable", message: error.message)
        case .noSuchInterface: self.init(remedy: .retry, reason: "NoSuchInterface", message: error.message)
        case .permissionDenied: self.init(remedy: .retry, reason: "PermissionDenied", message: error.message)
        case .invalidConfiguration:
            self.init(remedy: .configurationChange, reason: "InvalidConfiguration", message: error.message)
        case .systemCall: self.init(remedy: .retry, reason: "SystemError", message: error.message)
        }
    }

    init(_ error: SRTFailure) {
        self.init(
            remedy: error.isRetryable ? .retry : .configurationChange,
            reason: error.reason.rawValue,
            message: error.message
        )
    }
}
