extension SchemaEvaluator {
    mutating func check(
        _ elements: [JSONValue],
        _ value: JSONValue,
        _ rules: Shared<ArrayRules>,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        var isValid = true
        if let minimum = rules.value.minimumCount, elements.count < minimum {
            isValid = self.fail(node, "minItems", value, context) {
                Self.countMessage(elements.count, "at least \(Self.counted(minimum, "is", "are")) needed", context)
            }
        }
        if let maximum = rules.value.maximumCount, elements.count > maximum {
            isValid = self.fail(node, "maxItems", value, context) {
                Self.countMessage(elements.count, "at most \(Self.counted(maximum, "is", "are")) allowed", context)
            }
        }
        if rules.value.mustBeUnique, let (first, second) = Self.firstRepetition(elements) {
            isValid = self.fail(node, "uniqueItems", value, context) {
                "items \(first) and \(second) are the same (counting from 0)"
            }
        }
        guard isValid || context.collects else { return false }
        for (index, element) in elements.enumerated() {
            let schema =
                index < rules.value.tuple.count
                ? rules.value.tuple[index] : rules.value.items ?? rules.value.additionalItems
            guard let schema else { break }
            if self.program.nodes[schema].rules.allowsNothing {
                isValid = self.failForbiddenItem(index, element, rules, node, context)
                break
            }
            isValid = self.checkPart(schema, element, at: .index(index), context) && isValid
            guard isValid || context.collects else { return false }
        }
        if let schema = rules.value.contains {
            let hasMatch = elements.contains { element in
                var inner = context.silent
                inner.instanceDepth += 1
                return self.check(schema, element, inner)
            }
            if !hasMatch {
                isValid = self.fail(node, "contains", value, context) { "no item is of the kind that is needed" }
            }
        }
        return isValid
    }

    private mutating func failForbiddenItem(
        _ index: Int,
        _ element: JSONValue,
        _ rules: Shared<ArrayRules>,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        self.path.append(.index(index))
        defer { self.path.removeLast() }
        let keyword = index < rules.value.tuple.count || rules.value.items != nil ? "items" : "additionalItems"
        return self.fail(node, keyword, element, context) {
            index == 0
                ? "no items are allowed here"
                : "only \(Self.counted(index, "item is", "items are")) allowed here"
        }
    }

    private static func countMessage(_ count: Int, _ rule: String, _ context: Context) -> String {
        context.isSecret ? rule : "\(Self.counted(count, "item", "items")); \(rule)"
    }

    private static func firstRepetition(_ elements: [JSONValue]) -> (Int, Int)? {
        var places: [JSONValue: Int] = [:]
        for (index, element) in elements.enumerated() {
            if let first = places[element] { return (first, index) }
            places[element] = index
        }
        return nil
    }
}
