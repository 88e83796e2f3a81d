import Foundation
import Glibc
import Synchronization

/// Debian's Chromium without a window, driven over the DevTools protocol: NUL-separated JSON both ways, which the
/// browser expects at descriptors 3 and 4.
public final class Chromium: Sendable {
    /// What the browser said of a call that failed.
    public struct CallError: Error, CustomStringConvertible {
        public var description: String
    }

    private let process: ChildProcess
    private let profile: TemporaryDirectory
    private let commands: Int32
    private let answers: Int32
    private let reader = BackgroundThread()

    private struct State {
        var callCount = 0
        var waiting: [Int: CheckedContinuation<Answer, Never>] = [:]
        var complaints: [String] = []
        var isGone = false
    }

    /// The bytes of a message of the browser; nil when it ended.
    private struct Answer: Sendable {
        var bytes: Data?
    }

    private let state = Mutex(State())

    /// Starts the browser with a profile of its own.
    public init() throws {
        profile = try TemporaryDirectory("headgate-chromium")
        let pipes = try [Self.makePipe(), Self.makePipe()]
        // The child reads commands at 3 and writes answers at 4.
        process = try ChildProcess(
            "chromium",
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-extensions", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--mute-audio", "--remote-debugging-pipe", "--user-data-dir=\(profile.path)",
                "about:blank",
            ],
            leadsGroup: true,
            descriptors: [3: pipes[0].read, 4: pipes[1].write]
        )
        close(pipes[0].read)
        close(pipes[1].write)
        commands = pipes[0].write
        answers = pipes[1].read
        reader.start { [self] in readMessages() }
    }

    /// Ends the browser and all that it started.
    public func stop() {
        process.end()
        reader.join()
        close(commands)
        close(answers)
    }

    /// Opens a page of its own.
    public func openPage() async throws -> ChromiumPage {
        let target = try await call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String ?? ""
        let attached = try await call("Target.attachToTarget", ["targetId": target, "flatten": true])
        let page = ChromiumPage(browser: self, session: attached["sessionId"] as? String ?? "")
        for domain in ["Page", "Runtime", "Log", "Network"] { _ = try await page.call("\(domain).enable") }
        return page
    }

    /// Errors and warnings of all pages: exceptions, what was written to the console, what the browser refused.
    public var complaints: [String] { state.withLock { $0.complaints } }

    public func forgetComplaints() { state.withLock { $0.complaints = [] } }

    /// Calls a method and returns its result.
    ///
    /// - Parameter parameters: what JSON can hold.
    func call(_ method: String, _ parameters: [String: Any] = [:], session: String? = nil) async throws -> [String: Any]
    {
        let number = state.withLock { state in
            state.callCount += 1
            return state.callCount
        }
        var message: [String: Any] = ["id": number, "method": method, "params": parameters]
        if let session { message["sessionId"] = session }
        let bytes = try JSONSerialization.data(withJSONObject: message) + [0]
        let answer = await withCheckedContinuation { continuation in
            let isGone = state.withLock { state in
                if !state.isGone { state.waiting[number] = continuation }
                return state.isGone
            }
            if isGone { return continuation.resume(returning: Answer(bytes: nil)) }
            send(bytes)
        }
        guard let data = answer.bytes, let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        else {
            throw CallError(description: "\(method): the browser ended: \(process.errorOutput.suffix(2_000))")
        }
        if let error = object["error"] as? [String: Any] {
            throw CallError(description: "\(method): \(error["message"] ?? error)")
        }
        return object["result"] as? [String: Any] ?? [:]
    }

    private func send(_ bytes: Data) {
        var rest = [UInt8](bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(commands, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }

    // MARK: Reading

    private func readMessages() {
        var message = Data()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(answers, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var rest = chunk[..<count]
            while let end = rest.firstIndex(of: 0) {
                take(message + rest[..<end])
                message = Data()
                rest = rest[(end + 1)...]
            }
            message += rest
        }
        let waiting = state.withLock { state in
            state.isGone = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: Answer(bytes: nil)) }
    }

    private func take(_ message: Data) {
        guard let object = try? JSONSerialization.jsonObject(with: message) as? [String: Any] else { return }
        if let number = object["id"] as? Int {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: Answer(bytes: message))
        } else if let complaint = Self.complaint(object) {
            state.withLock { $0.complaints.append(complaint) }
        }
    }

    private static func complaint(_ event: [String: Any]) -> String? {
        let parameters = event["params"] as? [String: Any] ?? [:]
        switch event["method"] as? String {
        case "Runtime.exceptionThrown":
            return "exception: \(parameters["exceptionDetails"] ?? "")"
        case "Runtime.consoleAPICalled" where ["error", "warning", "assert"].contains(parameters["type"] as? String):
            return "console: \(parameters["args"] ?? "")"
        case "Log.entryAdded":
            let entry = parameters["entry"] as? [String: Any] ?? [:]
            guard ["error", "warning"].contains(entry["level"] as? String) else { return nil }
            return "log: \(entry["text"] ?? "") \(entry["url"] ?? "")"
        default:
            return nil
        }
    }

    /// A pair of sockets, which unlike a pipe no child that starts meanwhile can inherit.
    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemCallError("socketpair") }
        // Above the numbers that the child gives to its own ends.
        let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        for end in ends { close(end) }
        return (moved[0], moved[1])
    }
}

/// One page of the browser.
public struct ChromiumPage: Sendable {
    let browser: Chromium
    let session: String

    @discardableResult
    public func call(_ method: String, _ parameters: [String: any Sendable] = [:]) async throws -> [String: Any] {
        try await browser.call(method, parameters, session: session)
    }

    public func go(to url: String) async throws {
        let result = try await call("Page.navigate", ["url": url])
        if let error = result["errorText"] { throw Chromium.CallError(description: "\(url): \(error)") }
    }

    /// The value of a JavaScript expression, as text; promises are waited for, and objects are written as JSON.
    public func evaluate(_ expression: String) async throws -> String {
        let wrapped = """
            (async () => { const value = await (\(expression));
            return typeof value === 'string' ? value : JSON.stringify(value) ?? 'undefined'; })()
            """
        let result = try await call(
            "Runtime.evaluate",
            ["expression": wrapped, "awaitPromise": true, "returnByValue": true, "userGesture": true]
        )
        if let exception = result["exceptionDetails"] {
            throw Chromium.CallError(description: "\(expression): \(exception)")
        }
        return (result["result"] as? [String: Any])?["value"] as? String ?? "undefined"
    }

    /// Waits until the expression is true.
    public func waitUntil(_ expression: String, within timeout: Duration = .seconds(20)) async throws {
        var last = ""
        try await eventually(expression, within: timeout, every: .milliseconds(30), detail: { last }) {
            last = try await evaluate(expression)
            return last == "true"
        }
    }

    /// What a reader sees of the page.
    public func text() async throws -> String {
        try await evaluate("document.body.innerText")
    }
}
