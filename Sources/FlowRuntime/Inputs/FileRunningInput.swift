import FlowHub
import FlowModel
import FlowPlanner
import Media

/// A file input: a TS file or a built-in clip, played at its own pace.
final class FileRunningInput: RunningInput {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let playback: FilePlayback
    private let address: String

    init(_ spec: InputSpec, _ input: FileInput, hub: FlowHub, context: ComponentContext) throws(ApplyFailure) {
        self.id = .main(of: spec.name)
        self.hub = hub
        hubLeg = hub.addLeg(id)
        do throws(FilePlayerError) {
            playback = try context.files.add(FilePlayerConfiguration(input), sink: hubLeg)
        } catch {
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
        switch input.path {
        case .file(let path): address = "file://\(path)"
        case .builtin(let name): address = "builtin:\(name)"
        }
    }

    func update(_ spec: InputSpec) {}

    func stop() {
        playback.stop()
        hub.removeLeg(hubLeg)
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        var status = LegStatus(id, address: address, hub: hub)
        if case .failed(let reason) = playback.state { status.lastError = reason }
        return [status]
    }
}

extension ApplyFailure {
    fileprivate init(_ error: FilePlayerError) {
        switch error {
        case .notFound: self.init(remedy: .retry, reason: "FileNotFound", message: error.message)
        case .permissionDenied: self.init(remedy: .retry, reason: "PermissionDenied", message: error.message)
        case .notRegularFile, .notTransportStream:
            self.init(remedy: .retry, reason: "NotATransportStream", message: error.message)
        case .unknownClip: self.init(remedy: .configurationChange, reason: "FileNotFound", message: error.message)
        case .unreadable, .notRunning: self.init(remedy: .retry, reason: "FileUnreadable", message: error.message)
        }
    }
}
