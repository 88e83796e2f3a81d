/// How much a peer may pack into the values of one message.
package struct AMFLimits: Hashable, Sendable {
    /// How deep objects and arrays may lie in each other.
    package var maximumDepth: Int
    /// How many values there may be in all: those of the message, their properties and elements.
    package var maximumEntries: Int
    /// The longest string; short ones cannot be longer than 65,535 bytes anyway.
    package var maximumStringBytes: Int

    package init(maximumDepth: Int = 32, maximumEntries: Int = 1_000, maximumStringBytes: Int = 65_536) {
        self.maximumDepth = maximumDepth
        self.maximumEntries = maximumEntries
        self.maximumStringBytes = maximumStringBytes
    }

    package static let `default` = Self()
}
