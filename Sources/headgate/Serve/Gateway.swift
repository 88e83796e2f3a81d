import EventArchive
import FlowConfig
public import FlowController
import FlowModel
import FlowPlanner
public import FlowRuntime
import Foundation
import Logging
import NetworkAddress
import ServiceLifecycle
import StatusServer
import Synchronization
import UnixSignals

extension FlowRuntime: FlowApplying {}

/// The composition root: makes the rooms know each other, and runs them.
struct Gateway {
    struct StartError: Error {
        let message: String
    }

    let settings: ServeSettings
    let logger: Logger

    func run() async throws {
        try makeStateDirectory()
        let lock = try lockStateDirectory()
        defer { withExtendedLifetime(lock) {} }
        let archive = makeArchive()
        let history = EventHistory(
            past: archive.read(last: EventHistory.capacity),
            clock: { Date().timeIntervalSince1970 },
            onRecord: { archive.append($0) }
        )
        let events = EventLog(logger: logger, history: history)
        let runtime = try makeRuntime(events: events)
        let listeners = ListenerTable()
        let bound: [(String, ListenAddress, UInt16?)] = [
            ("srt", settings.srt, runtime.sharedSRTPort),
            ("rtmp", settings.rtmp, runtime.rtmpPort),
            ("rtmps", settings.rtmps, runtime.rtmpsPort),
            ("rtsp", settings.rtsp, runtime.rtspPort),
            ("rtsps", settings.rtsps, runtime.rtspsPort),
        ]
        for case (let name, .on(let host, _), let port?) in bound {
            listeners.set(name, IPEndpoint(address: host, port: port).description)
        }
        let controller = FlowController(
            configuration: controllerConfiguration(runtime),
            applier: runtime,
            logger: logger,
            onEvent: { history.record($0) }
        )
        let source = GatewayStatusSource(controller: controller, runtime: runtime, listeners: listeners)
        var services: [any Service] = [
            RuntimeService(runtime: runtime),
            ControllerService(controller: controller),
            ReloadOnSignal(controller: controller, logger: logger),
        ]
        if case .on(let host, let port) = settings.http {
            services.append(
                StatusService(
                    host: host,
                    port: port,
                    settings: settings,
                    source: source,
                    runtime: runtime,
                    events: history,
                    listeners: listeners
                )
            )
        }
        services.append(
            ReadyLine(controller: controller, listeners: listeners, logger: logger, isHTTPOn: settings.http != .off)
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: quietLogger
            )
        )
        do {
            try await group.run()
        } catch let error as AccessPolicy.StartError {
            throw StartError(message: error.description)
        }
        await archive.flush()
        logger.info("stopped")
    }

    /// The library's own start and stop lines would say nothing to an operator.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = .error
        return quiet
    }

    private func lockStateDirectory() throws -> StateDirectoryLock? {
        do {
            return try StateDirectoryLock(directory: settings.stateDirectory)
        } catch {
            throw StartError(
                message: "the state folder \(settings.stateDirectory) is in use by another gateway: give each its own "
                    + "with --state-dir"
            )
        }
    }

    private func makeStateDirectory() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: settings.stateDirectory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StartError(
                message: "the state folder \(settings.stateDirectory) cannot be made: \(error.localizedDescription)"
            )
        }
    }

    private func makeArchive() -> EventArchive {
        EventArchive(directory: settings.stateDirectory) { [logger] report in
            switch report {
            case .failed(let problem):
                logger.warning("Events are not kept on disk: \(problem)")
            case .recovered(let lost):
                logger.info("Events are kept on disk again", metadata: ["lost": "\(lost)"])
            }
        }
    }

    private func makeRuntime(events: EventLog) throws -> FlowRuntime {
        var configuration = FlowRuntimeConfiguration(
            srtPort: settings.srt.port,
            rtmp: settings.rtmp.endpoint,
            rtsp: settings.rtsp.endpoint,
            secured: settings.secured,
            http: settings.http.endpoint,
            isHTTPSecured: settings.httpTLS,
            authoritiesFile: settings.caFile,
            portRange: settings.portRange,
            advertisedHost: settings.advertise,
            stateDirectory: settings.stateDirectory
        )
        if case .on(let host, _) = settings.srt { configuration.srtAddress = host }
        do {
            let runtime = try FlowRuntime(configuration: configuration) { events.record($0) }
            try runtime.start()
            return runtime
        } catch {
            throw StartError(message: error.message)
        }
    }

    private func controllerConfiguration(_ runtime: FlowRuntime) -> FlowControllerConfiguration {
        var ports = settings.gatewayPorts
        (ports.srt, ports.rtmp, ports.rtmps) = (runtime.sharedSRTPort, runtime.rtmpPort, runtime.rtmpsPort)
        (ports.rtsp, ports.rtsps) = (runtime.rtspPort, runtime.rtspsPort)
        return FlowControllerConfiguration(
            flowsDirectory: settings.flows,
            stateDirectory: settings.stateDirectory,
            prune: settings.prune,
            rescanInterval: settings.rescan,
            gatewayPorts: ports,
            capacity: settings.capacity
        )
    }
}
