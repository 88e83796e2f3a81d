import HeadgateTestKit

/// Runs a browser on a gateway's page for as long as `body` takes.
func withPage(
    of gateway: GatewayProcess,
    at fragment: String = "",
    _ body: (_ page: ChromiumPage, _ browser: Chromium) async throws -> Void
) async throws {
    let browser = try Chromium()
    defer { browser.stop() }
    let page = try await browser.openPage()
    try await page.go(to: "http://127.0.0.1:\(gateway.httpPort)/\(fragment)")
    try await body(page, browser)
}
