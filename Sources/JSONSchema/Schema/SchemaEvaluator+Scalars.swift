import MessageText

extension SchemaEvaluator {
    mutating func check(_ value: JSONValue, _ rules: NumberRules, _ node: SchemaNode, _ context: Context) -> Bool {
        var isValid = true
        if let maximum = rules.maximum, !Self.isOrdered(value, maximum, orEqual: true) {
            isValid = self.fail(node, "maximum", value, context) {
                "\(Self.shown(value, context)) is above the maximum of \(maximum.shownInMessage)"
            }
        }
        if let limit = rules.exclusiveMaximum, !Self.isOrdered(value, limit, orEqual: false) {
            isValid = self.fail(node, "exclusiveMaximum", value, context) {
                "\(Self.shown(value, context)) is not below \(limit.shownInMessage)"
            }
        }
        if let minimum = rules.minimum, !Self.isOrdered(minimum, value, orEqual: true) {
            isValid = self.fail(node, "minimum", value, context) {
                "\(Self.shown(value, context)) is below the minimum of \(minimum.shownInMessage)"
            }
        }
        if let limit = rules.exclusiveMinimum, !Self.isOrdered(limit, value, orEqual: false) {
            isValid = self.fail(node, "exclusiveMinimum", value, context) {
                "\(Self.shown(value, context)) is not above \(limit.shownInMessage)"
            }
        }
        if let divisor = rules.multipleOf, !Self.isMultiple(value, of: divisor) {
            isValid = self.fail(node, "multipleOf", value, context) {
                "\(Self.shown(value, context)) is not a multiple of \(divisor.shownInMessage)"
            }
        }
        return isValid
    }

    private static func isOrdered(_ left: JSONValue, _ right: JSONValue, orEqual: Bool) -> Bool {
        if case .integer(let left) = left, case .integer(let right) = right {
            return left < right || orEqual && left == right
        }
        guard let leftNumber = left.double, let rightNumber = right.double else { return false }
        return leftNumber < rightNumber || orEqual && leftNumber == rightNumber
    }

    /// Doubles are taken for the decimal numbers that they stand for: 4.35 is a multiple of 0.01.
    private static func isMultiple(_ value: JSONValue, of divisor: JSONValue) -> Bool {
        if case .integer(let value) = value, case .integer(let divisor) = divisor {
            return divisor > 0 && value.isMultiple(of: divisor)
        }
        guard let number = value.double, let divisor = divisor.double else { return false }
        let quotient = number / divisor
        guard quotient.isFinite else { return false }
        return abs(quotient - quotient.rounded()) <= 2 * quotient.ulp
    }

    mutating func check(
        _ text: String,
        _ value: JSONValue,
        _ rules: Shared<TextRules>,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        var isValid = true
        if rules.value.minimumLength != nil || rules.value.maximumLength != nil {
            let length = text.unicodeScalars.count
            if let minimum = rules.value.minimumLength, length < minimum {
                isValid = self.fail(node, "minLength", value, context) {
                    let needed = Self.counted(minimum, "character", "characters")
                    return length == 0
                        ? "must not be empty"
                        : "\(Self.shown(value, context)) is shorter than \(needed)"
                }
            }
            if let maximum = rules.value.maximumLength, length > maximum {
                isValid = self.fail(node, "maxLength", value, context) {
                    "\(Self.shown(value, context)) is longer than \(Self.counted(maximum, "character", "characters"))"
                }
            }
        }
        guard isValid || context.collects else { return false }
        if let pattern = rules.value.pattern, !pattern.matches(text) {
            isValid = self.fail(node, "pattern", value, context) {
                "\(Self.shown(value, context)) does not match \(pattern.source.escapedForMessage(limit: 120))"
            }
        }
        if let format = rules.value.format, !format.accepts(text) {
            isValid = self.fail(node, "format", value, context) {
                "\(Self.shown(value, context)) is not \(format.title)"
            }
        }
        return isValid
    }
}
