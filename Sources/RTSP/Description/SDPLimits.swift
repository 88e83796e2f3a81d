/// How much of a description is read.
package struct SDPLimits: Hashable, Sendable {
    package var maximumBytes: Int
    package var maximumLines: Int
    /// Media sections.
    package var maximumMedia: Int
    /// Formats of one media section.
    package var maximumFormats: Int

    package init(
        maximumBytes: Int = 65_536,
        maximumLines: Int = 1_024,
        maximumMedia: Int = 32,
        maximumFormats: Int = 64
    ) {
        self.maximumBytes = maximumBytes
        self.maximumLines = maximumLines
        self.maximumMedia = maximumMedia
        self.maximumFormats = maximumFormats
    }

    package static let `default` = Self()
}
