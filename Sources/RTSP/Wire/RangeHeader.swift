/// `Range`, RFC 2326 §12.29, as far as a live stream needs it: normal play time.
package enum RangeHeader: Hashable, Sendable {
    /// From the present on.
    case now
    /// From so many seconds on, up to so many or without an end.
    case seconds(from: Double, to: Double?)
    /// Another unit, or nothing that makes sense.
    case other(String)

    /// From the beginning on, which is what every server takes for "what there is".
    package static let beginning = Self.seconds(from: 0, to: nil)

    package init(_ text: String) {
        let range = text[..<(text.firstIndex(of: ";") ?? text.endIndex)]
        let (unit, value) = HeaderParameters.pair(range.trimmed)
        let ends = (value ?? "").split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard unit.equals(ignoringCase: "npt"), ends.count == 2 else {
            self = .other(text)
            return
        }
        let end = ends[1].trimmed
        if ends[0].trimmed.equals(ignoringCase: "now"), end.isEmpty {
            self = .now
        } else if let from = Self.time(ends[0].trimmed), end.isEmpty || Self.time(end) != nil {
            self = .seconds(from: from, to: Self.time(end))
        } else {
            self = .other(text)
        }
    }

    /// `12`, `12.5` or `0:00:12.5`.
    private static func time(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 3, text.utf8.count <= 32 else { return nil }
        var seconds = 0.0
        for part in parts {
            guard part.utf8.first?.isDigit == true, part.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }),
                let value = Double(part)
            else { return nil }
            seconds = seconds * 60 + value
        }
        return seconds
    }
}

extension RangeHeader: CustomStringConvertible {
    /// As it is written, with milliseconds.
    package var description: String {
        switch self {
        case .now: "npt=now-"
        case .seconds(let from, let to): "npt=\(Self.text(from))-\(to.map(Self.text) ?? "")"
        case .other(let text): text
        }
    }

    private static func text(_ seconds: Double) -> String {
        let milliseconds = UInt64(exactly: (seconds * 1_000).rounded()) ?? 0
        let fraction = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
