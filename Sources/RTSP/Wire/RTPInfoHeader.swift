/// `RTP-Info`, RFC 2326 §12.33: with which packets the tracks begin.
package struct RTPInfoHeader: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// Of the track; not always an absolute one.
        package var url: String
        package var sequenceNumber: UInt16?
        package var timestamp: UInt32?

        package init(url: String, sequenceNumber: UInt16? = nil, timestamp: UInt32? = nil) {
            self.url = url
            self.sequenceNumber = sequenceNumber
            self.timestamp = timestamp
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// What cannot be read is left out.
    package init(parsing text: String) {
        var parts: [String] = []
        for part in HeaderParameters.split(text, at: UInt8(ascii: ",")) {
            // A comma that is part of an address, which nobody puts in quotes.
            if let last = parts.indices.last, !part.begins(ignoringCase: "url") {
                parts[last] += ",\(part)"
            } else {
                parts.append(String(part))
            }
        }
        entries = parts.compactMap { Self.entry($0) }
    }

    private static func entry(_ text: String) -> Entry? {
        var entry: Entry?
        for part in HeaderParameters.split(text, at: UInt8(ascii: ";")) {
            let (name, value) = HeaderParameters.pair(part)
            switch name.lowercased() {
            case "url": entry = value.map { Entry(url: $0) }
            case "seq": entry?.sequenceNumber = value?.number()
            case "rtptime": entry?.timestamp = value?.number()
            default: break
            }
        }
        return entry
    }
}

extension RTPInfoHeader: CustomStringConvertible {
    /// As it is written.
    package var description: String {
        entries.map { entry in
            var text = "url=\(entry.url)"
            if let sequenceNumber = entry.sequenceNumber { text += ";seq=\(sequenceNumber)" }
            if let timestamp = entry.timestamp { text += ";rtptime=\(timestamp)" }
            return text
        }.joined(separator: ",")
    }
}
