import HeadgateTestKit
import Testing

/// The live picture on a flow's page, through the gateway's own HLS output. Goes into Tests/EndToEndTests/Page.
@Suite("The page's preview", .alone)
struct PreviewTests {
    private static let demo = FlowText.flow(
        "demo",
        inputs: ["name: clip, protocol: file, path: 'builtin:demo'"],
        outputs: ["name: preview, protocol: hls"]
    )

    /// A number made from the picture that is shown.
    private static let picture = """
        (() => { const video = document.querySelector('video'); const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [160, 90]; const context = canvas.getContext('2d');
        context.drawImage(video, 0, 0, 160, 90);
        return context.getImageData(0, 0, 160, 90).data.reduce((sum, value) => (sum * 31 + value) | 0, 0); })()
        """

    @Test("The moving picture plays, near its live edge, and is let go of with the page")
    func plays() async throws {
        let gateway = try await GatewayProcess.start(["demo.yaml": Self.demo])
        try await withPage(of: gateway, at: "#/flows/demo") { page, browser in
            let state = "document.querySelector('.preview').dataset.state"
            try await page.waitUntil("\(state) === 'playing'", within: .seconds(40))
            var pictures: Set<String> = []
            var times: Set<String> = []
            try await eventually("ten pictures", within: .seconds(20), every: .milliseconds(200)) {
                pictures.insert(try await page.evaluate(Self.picture))
                times.insert(try await page.evaluate("document.querySelector('video').currentTime"))
                return pictures.count >= 10 && times.count >= 10
            }
            let behind =
                "(() => { const { buffered, currentTime } = document.querySelector('video'); "
                + "return buffered.end(buffered.length - 1) - currentTime; })()"
            #expect(try #require(Double(try await page.evaluate(behind))) < 5)
            #expect(try await page.evaluate("document.querySelector('video').muted") == "true")
            _ = try await page.evaluate("location.hash = '#/'")
            try await page.waitUntil("!document.querySelector('video')")
            #expect(browser.complaints == [])
        }
    }
}
