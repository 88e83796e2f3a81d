import Foundation
import Glibc
import Synchronization

/// How a child process ended.
public enum ProcessEnd: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)
}

/// A child process whose output goes to files, and which is killed with the value.
public final class ChildProcess: Sendable {
    public let processIdentifier: Int32
    public let command: String
    /// What it printed, standard output and standard error apart.
    public let outputPath: String
    public let errorPath: String

    private let directory: TemporaryDirectory
    private let leadsGroup: Bool
    private let standardInput: Mutex<Int32?>
    private let status = Mutex<ProcessEnd?>(nil)
    /// Held from `pipe` to `posix_spawn`, so that no other child inherits the pipe.
    private static let spawning = Mutex(())

    /// Starts at once.
    ///
    /// - Parameters:
    ///   - executable: a path, or a name that is looked up in `PATH`.
    ///   - environment: added to this process's own.
    ///   - hasInput: standard input is a pipe for `write(_:)`; otherwise `/dev/null`.
    ///   - leadsGroup: the process and what it starts are killed together.
    ///   - descriptors: what the process finds at these numbers, by descriptors of ours.
    ///   - terminal: a device that standard output goes to in place of a file.
    public init(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        hasInput: Bool = false,
        leadsGroup: Bool = false,
        descriptors: [Int32: Int32] = [:],
        terminal: String? = nil
    ) throws {
        self.leadsGroup = leadsGroup
        command = ([executable] + arguments).joined(separator: " ")
        directory = try TemporaryDirectory("headgate-child")
        outputPath = terminal ?? directory.path("out")
        errorPath = directory.path("err")

        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let files = (output: outputPath, error: errorPath)
        let child = try Self.spawning.withLock { _ in
            try Self.spawn(
                [executable] + arguments,
                variables,
                files,
                hasInput: hasInput,
                leadsGroup: leadsGroup,
                descriptors
            )
        }
        processIdentifier = child.identifier
        standardInput = Mutex(child.input)
    }

    private static func spawn(
        _ arguments: [String],
        _ variables: [String: String],
        _ files: (output: String, error: String),
        hasInput: Bool,
        leadsGroup: Bool,
        _ descriptors: [Int32: Int32]
    ) throws -> (identifier: pid_t, input: Int32?) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var ends: [Int32] = [-1, -1]
        if hasInput {
            guard pipe(&ends) == 0 else { throw SystemCallError("pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        for (number, own) in descriptors { posix_spawn_file_actions_adddup2(&actions, own, number) }
        posix_spawn_file_actions_addopen(&actions, 1, files.output, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, files.error, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        var argumentPointers = arguments.map { strdup($0) } + [nil]
        var variablePointers = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The runner of the tests may block or ignore signals, which its children would inherit.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var identifier = pid_t()
        let code = posix_spawnp(&identifier, arguments[0], &actions, &attributes, &argumentPointers, &variablePointers)
        if hasInput { close(ends[0]) }
        guard code == 0 else {
            if hasInput { close(ends[1]) }
            throw SystemCallError("posix_spawnp \(arguments)", code: code)
        }
        return (identifier, hasInput ? ends[1] : nil)
    }

    deinit {
        closeInput()
        end()
    }

    /// Kills the process, and its group where it leads one, and waits for its end.
    public func end() {
        status.withLock { status in
            guard status == nil else { return }
            kill(leadsGroup ? -processIdentifier : processIdentifier, SIGKILL)
            var raw: Int32 = 0
            waitpid(processIdentifier, &raw, 0)
            status = Self.end(raw)
        }
    }

    private static func end(_ raw: Int32) -> ProcessEnd {
        raw & 0x7f == 0 ? .code(raw >> 8 & 0xff) : .signal(raw & 0x7f)
    }

    public var output: String { Self.text(outputPath) }
    public var errorOutput: String { Self.text(errorPath) }

    /// How the process ended, or nil while it runs.
    public func exitStatus() -> ProcessEnd? {
        status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(processIdentifier, &raw, WNOHANG) == processIdentifier else { return nil }
            status = Self.end(raw)
            return status
        }
    }

    public var isRunning: Bool { exitStatus() == nil }

    /// Waits for the end of the process.
    @discardableResult
    public func waitForExit(within timeout: Duration = .seconds(60)) async throws -> ProcessEnd {
        try await eventually("the end of \(command)", within: timeout, detail: { errorOutput }) { !isRunning }
        return exitStatus() ?? .code(-1)
    }

    /// Sends a signal unless the process has ended.
    public func signal(_ number: Int32) {
        if isRunning { kill(processIdentifier, number) }
    }

    /// Writes to standard input; blocks while the pipe is full.
    public func write(_ bytes: [UInt8]) throws {
        guard let descriptor = standardInput.withLock({ $0 }) else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw SystemCallError("write to \(command)") }
            rest = rest.dropFirst(max(0, count))
        }
    }

    public func closeInput() {
        standardInput.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

extension ChildProcess {
    /// Runs a command to its end.
    public static func run(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil,
        within timeout: Duration = .seconds(60)
    ) async throws -> (status: ProcessEnd, output: String, errorOutput: String) {
        let process = try ChildProcess(executable, arguments, environment: environment, hasInput: input != nil)
        if let input { try process.write(Array(input.utf8)) }
        process.closeInput()
        let status = try await process.waitForExit(within: timeout)
        return (status, process.output, process.errorOutput)
    }
}
