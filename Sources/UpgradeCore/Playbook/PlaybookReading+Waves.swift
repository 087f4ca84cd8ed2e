import Yams

extension PlaybookReading {
    /// The waves of the section `workers`; what is wrong is reported.
    ///
    /// - Parameters:
    ///   - section: that section; `nil` where there is none.
    ///   - hosts: the hosts that could be read.
    ///   - batch: what holds for a group that says nothing else.
    ///   - failureBudget: what holds for a group that says nothing else.
    /// - Returns: what could be read.
    func waves(_ section: PlaybookSection?, _ hosts: [Host], batch: Int, failureBudget: Int) -> WaveOptions {
        var options = WaveOptions()
        guard let section else { return options }
        let workers = hosts.filter { $0.roles.contains(.worker) }.map(\.name)
        options.canary = canary(section, workers)
        options.groups = groups(section, workers, batch: batch, failureBudget: failureBudget)
        options.cordonsAhead = section.value("cordon-ahead", .flag) ?? options.cordonsAhead
        // A list with an entry that is wrong has its own problem told.
        let hasWaves = section.entry("canary") != nil || section.entry("groups")?.node.sequence?.isEmpty == false
        if options.cordonsAhead, !hasWaves, let entry = section.entry("cordon-ahead") {
            section.problems.report(
                .invalidValue(
                    key: section.name("cordon-ahead"),
                    value: "true",
                    expected:
                        "`false` without `workers.canary` or `workers.groups`: no node is new when the first wave begins",
                    suggestion: nil,
                    at: section.problems.place(of: entry.node)
                )
            )
        }
        return options
    }

    private func canary(_ section: PlaybookSection, _ workers: [String]) -> WaveOptions.Canary? {
        guard let entry = section.entry("canary") else { return nil }
        if entry.node.sequence != nil {
            return section.list("canary", .choice(of: workers)).map { .named($0) }
        }
        guard let count = section.value("canary", .integer(1...1_000, note: ", or a list of workers")) else {
            return nil
        }
        if count > workers.count {
            section.problems.report(
                .invalidValue(
                    key: section.name("canary"),
                    value: "\(count)",
                    expected: "at most \(workers.count), the number of workers",
                    suggestion: nil,
                    at: section.problems.place(of: entry.node)
                )
            )
        }
        return .first(count)
    }

    private func groups(
        _ section: PlaybookSection,
        _ workers: [String],
        batch: Int,
        failureBudget: Int
    ) -> [WorkerGroup] {
        var names = UniqueValues(problems: section.problems)
        var placed: [String: PlaybookLocation] = [:]
        return section.sections("groups").compactMap { one in
            let name = one.required("name", .waveName)
            names.take(name, one, "name", named: "workers.groups.name")
            if ["hosts", "label", "taint", "zone"].allSatisfy({ one.entry($0) == nil }) { _ = one.require("hosts") }
            let hosts = one.list("hosts", .choice(of: workers))
            refuseTwice(one, hosts ?? [], &placed)
            let label = one.value("label", .label).map { NodeLabel($0) }
            let taint = one.value("taint", .labelKey)
            let zone = one.value("zone", .labelValue)
            let ownBatch = one.value("batch", .integer(1...1_000, note: " (a percentage is not understood)"))
            let ownBudget = one.value("failure-budget", .integer(0...1_000, note: " (a percentage is not understood)"))
            return name.map { name in
                WorkerGroup(
                    name: name,
                    hosts: hosts,
                    label: label,
                    taint: taint,
                    zone: zone,
                    batch: ownBatch ?? batch,
                    failureBudget: ownBudget ?? failureBudget,
                    line: one.place.line
                )
            }
        }
    }

    /// Reports a worker that another group has named.
    private func refuseTwice(_ one: PlaybookSection, _ hosts: [String], _ placed: inout [String: PlaybookLocation]) {
        var own: [String: PlaybookLocation] = [:]
        for node in one.entry("hosts")?.node.sequence ?? [] {
            guard let name = node.scalar?.string, hosts.contains(name), own[name] == nil else { continue }
            let place = one.problems.place(of: node)
            own[name] = place
            guard let other = placed[name] else { continue }
            one.problems.report(.repeated(key: one.name("hosts"), value: name, other: other, at: place))
        }
        placed.merge(own) { first, _ in first }
    }
}

extension ScalarForm where Value == String {
    /// The name of a group: it becomes part of a phase's name, and two are those of waves without a group.
    static var waveName: Self {
        ScalarForm(
            expected:
                "a name of lowercase letters, digits and `-`, at most 40, the first a letter, not `canary` or `rest`",
            kinds: [.string]
        ) { name in
            let isTaken = [WorkerWave.canary, WorkerWave.rest].contains(name)
            return !isTaken && name.wholeMatch(of: /[a-z][a-z0-9-]{0,39}/) != nil ? name : nil
        }
    }

    /// > the name segment is required and must be 63 characters or less, beginning and ending with an alphanumeric character
    /// > with dashes (-), underscores (_), dots (.), and alphanumerics between. The prefix is optional. (Kubernetes
    /// > documentation, Labels and Selectors)
    static var labelKey: Self {
        ScalarForm(expected: "the key of a label or taint, such as `example.org/role`", kinds: [.string]) {
            $0.wholeMatch(of: /([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?/)
                == nil ? nil : $0
        }
    }

    static var labelValue: Self {
        ScalarForm(expected: "the value of a label, such as `eu-east-1a`", kinds: [.string]) {
            $0.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?/) == nil ? nil : $0
        }
    }

    static var label: Self {
        ScalarForm(expected: "a label such as `role=ingress`, or its key alone", kinds: [.string]) { text in
            let label = NodeLabel(text)
            let isValue = label.value.map { $0.isEmpty || labelValue.read($0) != nil } ?? true
            return labelKey.read(label.key) != nil && isValue ? text : nil
        }
    }
}
