/// The text formats in which metrics are written.
enum MetricsFormat: Hashable, Sendable {
    /// OpenMetrics 1.0.
    case openMetrics
    /// Prometheus' own, version 0.0.4, which `promtool check metrics` reads: it knows no infos and no units, and a counter's
    /// family is named like its samples.
    case prometheus

    /// OpenMetrics for who asks for it, as Prometheus does.
    init(accept: String?) {
        self = accept?.lowercased().contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
    }

    var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        }
    }
}

/// Writes metric families, each with its samples together as OpenMetrics §4.6 asks.
struct MetricsWriter {
    enum Kind: String {
        case gauge
        case counter
        case info

        /// What a sample's name has behind the family's (§5.1, §5.2, §5.5).
        var sampleSuffix: String {
            switch self {
            case .gauge: ""
            case .counter: "_total"
            case .info: "_info"
            }
        }
    }

    /// A name ends with its unit (§4.4).
    struct Family {
        var name: String
        var kind: Kind
        var unit: String?
        var help: String

        /// A gauge of bytes a second; its name is added to.
        static func rate(_ name: String, _ help: String) -> Family {
            Family(name: "\(name)_bytes_per_second", kind: .gauge, unit: "bytes_per_second", help: help)
        }

        /// A gauge of seconds; its name is added to.
        static func seconds(_ name: String, _ help: String) -> Family {
            Family(name: "\(name)_seconds", kind: .gauge, unit: "seconds", help: help)
        }
    }

    /// What a rate in bits is as a metric, whose base unit is the byte.
    static func bytes(_ bits: Int64) -> Double { Double(bits) / 8 }

    /// Label names are ours; values may be anything.
    typealias Labels = [(name: String, value: String)]

    private(set) var text = ""
    private let format: MetricsFormat
    private var sampleName = ""

    init(_ format: MetricsFormat) {
        self.format = format
    }

    /// Starts a family; the samples that follow belong to it.
    mutating func begin(_ family: Family) {
        sampleName = family.name + family.kind.sampleSuffix
        switch format {
        case .openMetrics:
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            if let unit = family.unit { text += "# UNIT \(family.name) \(unit)\n" }
            text += "# HELP \(family.name) \(Self.escaped(family.help))\n"
        case .prometheus:
            let kind = family.kind == .info ? .gauge : family.kind
            text += "# HELP \(sampleName) \(Self.escaped(family.help))\n"
            text += "# TYPE \(sampleName) \(kind.rawValue)\n"
        }
    }

    /// Writes one sample of the family that was begun last.
    mutating func sample(_ labels: Labels, _ value: some MetricValue) { write(labels, value.metricText) }

    /// Writes the only sample of a family without labels.
    mutating func sample(_ value: some MetricValue) { write([], value.metricText) }

    /// Ends the exposition (§4.1).
    consuming func finished() -> String {
        if format == .openMetrics { text += "# EOF\n" }
        return text
    }

    private mutating func write(_ labels: Labels, _ value: String) {
        text += sampleName
        if !labels.isEmpty {
            text += "{"
            for (index, label) in labels.enumerated() {
                if index > 0 { text += "," }
                text += label.name
                text += "=\""
                text += Self.escaped(label.value)
                text += "\""
            }
            text += "}"
        }
        text += " "
        text += value
        text += "\n"
    }

    /// §4.3: backslash, quote and line feed are escaped; everything else stands for itself.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A number as OpenMetrics writes it (§4.2.1).
protocol MetricValue {
    var metricText: String { get }
}

extension UInt64: MetricValue { var metricText: String { "\(self)" } }
extension Int64: MetricValue { var metricText: String { "\(self)" } }
extension Int: MetricValue { var metricText: String { "\(self)" } }
extension Bool: MetricValue { var metricText: String { self ? "1" : "0" } }

extension Double: MetricValue {
    var metricText: String {
        if isNaN { return "NaN" }
        return isInfinite ? (self < 0 ? "-Inf" : "+Inf") : "\(self)"
    }
}
