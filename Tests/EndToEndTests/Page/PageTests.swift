import Foundation
import HeadgateTestKit
import Testing

/// The Flow Management page in a real browser, which takes what it gets of the machine.
@Suite("The Flow Management page", .alone)
struct PageTests {
    private static let demo = FlowText.flow("demo", inputs: ["name: clip, protocol: file, path: 'builtin:demo'"])

    private static func rows(_ count: Int) -> String {
        "document.querySelectorAll('table.flows tbody tr:not([hidden])').length === \(count)"
    }

    private static func contains(_ text: String) -> String {
        "document.body.innerText.includes(\(quoted(text)))"
    }

    /// Every text and attribute that the document holds, also those that are not shown.
    private static func documentHolds(_ text: String) -> String {
        "document.documentElement.outerHTML.includes(\(quoted(text)))"
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    /// Types into the field that `selector` names, as a person would.
    private static func type(_ text: String, into selector: String) -> String {
        """
        (() => { const field = document.querySelector('\(selector)'); field.value = \(quoted(text));
        field.dispatchEvent(new Event('input', { bubbles: true })); })()
        """
    }

    private static func click(_ label: String) -> String {
        """
        [...document.querySelectorAll('button')].find((one) => one.textContent.includes(\(quoted(label)))).click()
        """
    }

    @Test("The list fills, the search and the filter find, and an edit of a file appears within two seconds")
    func list() async throws {
        let (first, second) = (FreePorts.next(), FreePorts.next())
        let gateway = try await GatewayProcess.start([
            "demo.yaml": Self.demo, "b.yaml": FlowText.srtInput("stadium", port: first),
            "c.yaml": FlowText.srtInput("studio", port: second) + "suspend: true\n",
        ])
        try await withPage(of: gateway) { page, browser in
            try await page.waitUntil(Self.rows(3))
            try await page.waitUntil(Self.contains("clip/main"))
            try await page.waitUntil("/[0-9.]+ [km]bit\\/s/i.test(document.querySelector('td.bitrate').innerText)")

            _ = try await page.evaluate(Self.type("stad", into: "#search"))
            try await page.waitUntil(Self.rows(1))
            #expect(try await page.text().contains("1 of 3 flows"))
            _ = try await page.evaluate(Self.type("", into: "#search"))
            _ = try await page.evaluate(Self.click("Suspended"))
            try await page.waitUntil(Self.rows(1))
            _ = try await page.evaluate(Self.click("All"))
            try await page.waitUntil(Self.rows(3))

            _ = try await page.evaluate("window.isTheSamePage = true")
            let text = FlowText.srtInput("stadium", port: first) + "description: North stand\n"
            let written = ContinuousClock.now
            try gateway.flows.replace("b.yaml", with: text)
            try await page.waitUntil(Self.contains("North stand"))
            #expect(ContinuousClock.now - written < .seconds(2))
            try gateway.flows.write(FlowText.srtInput("new", port: FreePorts.next()), to: "d.yaml")
            try await page.waitUntil(Self.rows(4))
            try gateway.flows.remove("c.yaml")
            try await page.waitUntil(Self.rows(3))
            #expect(try await page.evaluate("window.isTheSamePage") == "true")

            _ = try await page.evaluate("document.querySelector('td, th[scope=row] a').click()")
            try await page.waitUntil("location.hash === '#/flows/demo'")
            try await page.waitUntil(Self.contains("H.264"))
            try await page.waitUntil(Self.contains("clip/main feeds the outputs"))
            #expect(browser.complaints == [])
        }
    }

    @Test("A broken file shows its line and text, in the list and with its flow, and what may be a secret is left out")
    func brokenFile() async throws {
        let port = FreePorts.next()
        let secret = "sEcReT-of-the-venue"
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port)])
        try await withPage(of: gateway) { page, browser in
            try await page.waitUntil(Self.rows(1))
            let broken = """
                apiVersion: headgate/v1
                name: a
                maxBandwidth: 50Mbps
                inputs:
                  - name: in
                    protocol: srt
                    latency: 90s
                    decryption: {kez: \(secret)}
                """
            try gateway.flows.write(broken, to: "a.yaml")
            for fragment in ["", "#/flows/a"] {
                _ = try await page.evaluate("location.hash = '\(fragment)'")
                try await page.waitUntil(Self.contains("line 7, column 14"))
                let text = try await page.text()
                #expect(text.contains("90s is above the maximum of 10s"))
                #expect(text.contains("Stalled"))
                #expect(try await page.evaluate("document.querySelector('.excerpt mark').textContent") == "90s")
                #expect(
                    try await page.evaluate("document.querySelector('.excerpt').innerText").contains("latency: 90s")
                )
                #expect(try await page.evaluate(Self.documentHolds(secret)) == "false")
            }
            #expect(!(try gateway.get("/api/v1/status").text.contains(secret)))
            try gateway.flows.write(FlowText.srtInput("a", port: port), to: "a.yaml")
            try await page.waitUntil("!document.querySelector('.problems')")
            #expect(browser.complaints == [])
        }
    }

    @Test(
        "Stream keys are fetched, and stand in the document, only from the click that asks for them to the one that ends it"
    )
    func streamKeys() async throws {
        let key = "sEcReT-stream-key"
        let gateway = try await GatewayProcess.start(
            ["a.yaml": FlowText.flow("a", inputs: ["name: venue, protocol: rtmp, streamKey: \(key), failover: true"])],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        try await withPage(of: gateway, at: "#/flows/a") { page, browser in
            try await page.waitUntil(Self.contains("rtmp://127.0.0.1"))
            let requests =
                "performance.getEntriesByType('resource').filter((one) => one.name.includes('addresses')).length"
            #expect(try await page.evaluate(requests) == "0")
            #expect(try await page.evaluate(Self.documentHolds(key)) == "false")
            #expect(try await page.evaluate(Self.documentHolds("STREAM-KEY")) == "true")

            _ = try await page.evaluate(Self.click("Show stream keys"))
            try await page.waitUntil(Self.documentHolds("/a/\(key)-backup"))
            #expect(try await page.evaluate(requests) == "1")

            _ = try await page.evaluate(Self.click("Hide stream keys"))
            #expect(try await page.evaluate(Self.documentHolds(key)) == "false")
            #expect(try await page.evaluate("JSON.stringify([sessionStorage, localStorage])") == "[{},{}]")
            #expect(browser.complaints == [])
        }
    }

    @Test("A gateway that goes is missed, and one that comes back is followed again")
    func restart() async throws {
        let gateway = try await GatewayProcess.start(["demo.yaml": Self.demo])
        try await withPage(of: gateway) { page, browser in
            try await page.waitUntil(Self.contains("clip/main"))
            #expect(browser.complaints == [])
            try await gateway.stop()
            try await page.waitUntil(Self.contains("The gateway does not answer"))
            #expect(try await page.evaluate("document.getElementById('connection').innerText") == "Lost")
            #expect(try await page.text().contains("clip/main"))

            let again = try await GatewayProcess.start(
                ["e.yaml": FlowText.srtInput("later", port: FreePorts.next())],
                arguments: ["--http", "127.0.0.1:\(gateway.httpPort)"],
                flows: gateway.flows,
                state: gateway.state
            )
            try await page.waitUntil(Self.contains("later"))
            try await page.waitUntil("document.getElementById('connection').innerText === 'Live'")
            try await page.waitUntil("document.getElementById('lost').hidden")
            // The browser itself tells of each attempt that nobody answered.
            #expect(browser.complaints.filter { !$0.contains("Failed to load resource") } == [])
            try await again.stop()
        }
    }

    @Test("A gateway with a token asks for it in the page, and the token is in no address")
    func token() async throws {
        let secrets = try TemporaryDirectory()
        let token = "token-of-the-gateway"
        let gateway = try await GatewayProcess.start(
            ["demo.yaml": Self.demo],
            arguments: ["--http-token-file", try secrets.write(token, to: "token")]
        )
        try await withPage(of: gateway) { page, _ in
            let submit = "document.querySelector('#token form').requestSubmit()"
            try await page.waitUntil("document.getElementById('token').open")
            _ = try await page.evaluate(Self.type("another", into: "#token-value"))
            _ = try await page.evaluate(submit)
            try await page.waitUntil(Self.contains("That token is not the gateway"))
            _ = try await page.evaluate(Self.type(token, into: "#token-value"))
            _ = try await page.evaluate(submit)
            try await page.waitUntil(Self.contains("clip/main"))
            #expect(try await page.evaluate("document.getElementById('token').open") == "false")
            let addresses = "location.href + performance.getEntriesByType('resource').map((one) => one.name).join()"
            #expect(try await page.evaluate(addresses).contains(token) == false)
            #expect(try await page.evaluate(Self.documentHolds(token)) == "false")
            _ = try await page.evaluate("location.hash = '#/flows/demo'")
            try await page.waitUntil(Self.contains("H.264"))
        }
    }

    @Test("What a file says is text, whatever it looks like")
    func markup() async throws {
        let markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"
        let text = FlowText.srtInput("a", port: FreePorts.next()) + "description: \"\(markup)\"\n"
        let gateway = try await GatewayProcess.start(["a.yaml": text])
        try await withPage(of: gateway) { page, browser in
            for fragment in ["", "#/flows/a", "#/flows/%3Cb%3E", "#/flows/%ff"] {
                _ = try await page.evaluate("location.hash = '\(fragment)'")
                try await page.waitUntil(Self.contains(fragment == "#/flows/%3Cb%3E" ? "There is no flow <b>" : markup))
                #expect(
                    try await page.evaluate("document.querySelectorAll('main img, main script, main b b').length")
                        == "0"
                )
            }
            #expect(browser.complaints == [])
        }
    }

    @Test("A thousand flows: the first ones are painted within a second, and an update costs little")
    func thousandFlows() async throws {
        var files: [String: String] = [:]
        for number in 0..<1_000 {
            let name = "flow-\(number)"
            let clip = "name: clip, protocol: file, path: 'builtin:demo'"
            let venue = "name: venue, protocol: srt"
            files["\(name).yaml"] = FlowText.flow(name, inputs: [number % 50 == 0 ? clip : venue])
        }
        let gateway = try await GatewayProcess.start(files, readyWithin: .seconds(120))
        try await withPage(of: gateway) { page, browser in
            try await page.waitUntil(Self.rows(1_000), within: .seconds(60))
            let firstPaint = """
                performance.getEntriesByName('headgate:painted')[0].startTime
                """
            let painted = try #require(Double(try await page.evaluate(firstPaint)))
            #expect(painted < 1_000, "the first rows were painted after \(painted) ms")

            // Some updates at rest, then some while scrolled into the middle.
            _ = try await page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
            try await page.waitUntil(
                "performance.getEntriesByName('headgate:changes').length >= 8",
                within: .seconds(60)
            )
            let durations = "performance.getEntriesByName('headgate:changes').map((one) => one.duration).join()"
            let costs = try await page.evaluate(durations).split(separator: ",").compactMap { Double($0) }.sorted()
            let median = costs[costs.count / 2]
            #expect(median < 50, "an update took \(costs) ms")
            print(
                "page with 1,000 flows: first rows after \(painted) ms, update \(median) ms (\(costs.last ?? 0) at most)"
            )

            _ = try await page.evaluate(Self.type("flow-777", into: "#search"))
            try await page.waitUntil(Self.rows(1))
            #expect(browser.complaints == [])
        }
    }
}
