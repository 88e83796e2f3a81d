/// A regular expression of ECMA-262, compiled. It is searched for: `^` and `$` must be written to bind it.
struct SchemaPattern: Sendable {
    private enum Engine: Sendable {
        case matcher(PatternNode)
        case standard(StandardPattern)
    }

    let source: String
    private let engine: Engine

    /// - Throws: A sentence that says what is wrong.
    init(_ source: String) throws(PatternError) {
        self.source = source
        do throws(PatternParser.Failure) {
            self.engine = .matcher(try PatternParser.parse(source))
        } catch {
            switch error {
            case .invalid(let message): throw PatternError(message: message)
            case .unsupported: self.engine = .standard(try StandardPattern(source))
            }
        }
    }

    func matches(_ text: String) -> Bool {
        switch self.engine {
        case .matcher(let node): PatternMatcher(text).matches(node)
        case .standard(let pattern): pattern.matches(text)
        }
    }
}

/// Why a text is not a regular expression.
struct PatternError: Error {
    var message: String
}

/// Back-references and Unicode properties, by the standard library's engine, which backtracks.
///
/// `@unchecked`, as `Regex` is not marked `Sendable`: it is made once, never changed, and matching only reads it, since
/// it was made from text and so holds no closures.
private struct StandardPattern: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    init(_ source: String) throws(PatternError) {
        do {
            self.regex = try Regex(source)
                .matchingSemantics(.unicodeScalar)
                .asciiOnlyDigits()
                .asciiOnlyWordCharacters()
        } catch {
            throw PatternError(message: "not a regular expression that is understood")
        }
    }

    func matches(_ text: String) -> Bool {
        (try? self.regex.firstMatch(in: text)) != nil
    }
}
