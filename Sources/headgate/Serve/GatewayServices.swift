import FlowController
import FlowRuntime
import Logging
import NetworkAddress
import ServiceLifecycle
import StatusServer
import UnixSignals

/// Stops every flow when the gateway ends, after all that could start one.
struct RuntimeService: Service {
    let runtime: FlowRuntime

    func run() async throws {
        try? await gracefulShutdown()
        runtime.stop()
    }
}

struct ControllerService: Service {
    let controller: FlowController

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await controller.run() }
    }
}

/// SIGHUP: read the files again now.
struct ReloadOnSignal: Service {
    let controller: FlowController
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            logger.info("SIGHUP: reading the flow files again")
            controller.requestReload()
        }
    }
}

struct StatusService: Service {
    let host: IPAddress
    let port: UInt16
    let settings: ServeSettings
    let source: GatewayStatusSource
    let runtime: FlowRuntime
    let events: EventHistory
    let listeners: ListenerTable

    func run() async throws {
        let server = StatusServer(
            configuration: StatusServerConfiguration(
                host: host.description,
                port: Int(port),
                token: settings.httpTokenFile.map { .file($0) },
                insecure: settings.httpInsecure,
                tlsContext: settings.httpTLS ? runtime.tlsContext : nil
            ),
            source: source,
            hls: RuntimeHLSSource(runtime: runtime),
            events: events,
            logger: Logger(label: "headgate.http"),
            onListening: { port in
                let endpoint = IPEndpoint(address: host, port: UInt16(truncatingIfNeeded: port))
                runtime.httpListens(on: endpoint)
                listeners.set("http", endpoint.description)
            }
        )
        do {
            try await server.run()
        } catch let error as AccessPolicy.StartError {
            throw error
        } catch is CancellationError {
            return
        } catch let error as ListenError {
            throw Gateway.StartError(message: error.description)
        } catch {
            throw Gateway.StartError(message: "the status server on \(host):\(port) ended: \(error)")
        }
    }
}

/// Logs one line when everything that the files ask for has been applied once.
struct ReadyLine: Service {
    let controller: FlowController
    let listeners: ListenerTable
    let logger: Logger
    let isHTTPOn: Bool

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await controller.waitUntilReady()
            if isHTTPOn { await listeners.wait(for: "http") }
            guard !Task.isCancelled else { return }
            let metadata = listeners.all.mapValues { Logger.MetadataValue.string($0) }
            logger.info("ready", metadata: metadata)
        }
        // A service that returns would end the others.
        try? await gracefulShutdown()
    }
}
