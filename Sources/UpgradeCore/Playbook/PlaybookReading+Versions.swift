extension PlaybookReading {
    /// What the operator knows better; whether there are such facts is for those to say who have them.
    func factOverrides() -> [FactOverride] {
        var unique = UniqueValues(problems: top.problems)
        return top.sections("versions").compactMap { section in
            let fact = section.required("fact", .factAddress)
            unique.take(fact, section, "fact", named: "versions.fact")
            let value = section.required("value", .factValue)
            let source = section.required("source", .remark)
            let reason = section.required("reason", .remark)
            guard let fact, let value, let source, let reason else { return nil }
            return FactOverride(fact: fact, value: value, source: source, reason: reason)
        }
    }
}
