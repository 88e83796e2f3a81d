import Glibc

/// A path with strftime conversions, expanded in UTC, that also tells which files it made.
///
/// Conversions: `%Y %m %d %H %M %S %j %y %F %T %s %%`. Their expansions can be recognised, which is what retention goes by;
/// others are refused.
struct SegmentPattern: Hashable, Sendable {
    /// The longest pattern and the longest expanded path, in bytes (Linux PATH_MAX without the final zero).
    static let maximumByteCount = 4095
    /// What a file is called until it is complete: its name and this.
    static let partialSuffix = ".part"
    /// Stands before the extension of a file that was completed after a crash.
    static let recoveredSuffix = ".recovered"
    /// How many names are tried when the one that the time gives is taken: `NAME-1.ts` to `NAME-9999.ts`.
    static let maximumCollisions = 9999

    enum PatternError: Error, Hashable, Sendable {
        case empty
        case tooLong
        case noFileName
        case unknownConversion(String)

        var message: String {
            switch self {
            case .empty: "the path is empty"
            case .tooLong: "the path is longer than \(maximumByteCount) bytes"
            case .noFileName: "the path ends with / and names no file"
            case .unknownConversion(let conversion):
                "\(conversion) is not a conversion that a recording path may have (%Y %m %d %H %M %S %j %y %F %T %s %%)"
            }
        }
    }

    enum Element: Hashable, Sendable {
        case literal(String)
        case digits(Conversion)
    }

    enum Conversion: Character, Hashable, Sendable {
        case year = "Y"
        case month = "m"
        case day = "d"
        case hour = "H"
        case minute = "M"
        case second = "S"
        case dayOfYear = "j"
        case yearOfCentury = "y"
        case unixTime = "s"

        /// How many digits it expands to; nil for as many as it takes.
        var width: Int? {
            switch self {
            case .year: 4
            case .dayOfYear: 3
            case .unixTime: nil
            default: 2
            }
        }
    }

    /// The folders and the file, from the root or the working folder on.
    let components: [[Element]]
    let isAbsolute: Bool
    /// The literal end of the file's name from its last dot on, `.ts`; before it go the suffixes.
    let fileExtension: String

    init(_ text: String) throws(PatternError) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.maximumByteCount else { throw .tooLong }
        guard !text.hasSuffix("/") else { throw .noFileName }
        isAbsolute = text.hasPrefix("/")
        var components: [[Element]] = []
        for part in text.split(separator: "/") { components.append(try Self.elements(of: part)) }
        guard var file = components.popLast() else { throw .noFileName }
        if case .literal(let end) = file.last, let dot = end.lastIndex(of: "."), file.count > 1 || dot > end.startIndex
        {
            fileExtension = String(end[dot...])
            file[file.count - 1] = .literal(String(end[..<dot]))
        } else {
            fileExtension = ""
        }
        components.append(file)
        self.components = components
    }

    private static func elements(of text: Substring) throws(PatternError) -> [Element] {
        var elements: [Element] = []
        var literal = ""
        var rest = text
        func add(_ conversions: [Conversion], separator: String) {
            for (index, conversion) in conversions.enumerated() {
                if index > 0 { literal += separator }
                if !literal.isEmpty { elements.append(.literal(literal)) }
                literal = ""
                elements.append(.digits(conversion))
            }
        }
        while let character = rest.popFirst() {
            guard character == "%" else {
                literal.append(character)
                continue
            }
            let name = rest.popFirst()
            switch name {
            case "%": literal.append("%")
            case "F": add([.year, .month, .day], separator: "-")
            case "T": add([.hour, .minute, .second], separator: ":")
            default:
                guard let name, let conversion = Conversion(rawValue: name) else {
                    throw .unknownConversion("%" + (name.map { String($0) } ?? ""))
                }
                add([conversion], separator: "")
            }
        }
        if !literal.isEmpty { elements.append(.literal(literal)) }
        return elements
    }

    /// The path at a time, in seconds since 1970, with a suffix before the extension.
    func path(at unixTime: Int64, suffix: String = "") -> String {
        var seconds = time_t(unixTime)
        var time = tm()
        gmtime_r(&seconds, &time)
        let names = components.map { $0.map { Self.text($0, time, unixTime) }.joined() }
        return (isAbsolute ? "/" : "") + names.joined(separator: "/") + suffix + fileExtension
    }

    private static func text(_ element: Element, _ time: tm, _ unixTime: Int64) -> String {
        guard case .digits(let conversion) = element else {
            if case .literal(let text) = element { return text }
            return ""
        }
        let value =
            switch conversion {
            case .year: Int64(time.tm_year) + 1900
            case .month: Int64(time.tm_mon) + 1
            case .day: Int64(time.tm_mday)
            case .hour: Int64(time.tm_hour)
            case .minute: Int64(time.tm_min)
            case .second: Int64(time.tm_sec)
            case .dayOfYear: Int64(time.tm_yday) + 1
            case .yearOfCentury: Int64(time.tm_year) % 100
            case .unixTime: unixTime
            }
        let digits = String(value)
        return String(repeating: "0", count: max(0, (conversion.width ?? 0) - digits.count)) + digits
    }
}
