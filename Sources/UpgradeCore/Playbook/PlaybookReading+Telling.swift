extension PlaybookReading {
    /// The silences and windows that could be read; the others are reported.
    func silences() -> [SilenceOptions] {
        var unique = UniqueValues(problems: top.problems)
        return options("silences", &unique, alertmanager) + options("windows", &unique, commands)
    }

    private func options(
        _ key: String,
        _ unique: inout UniqueValues,
        _ means: (PlaybookSection) -> SilenceOptions.Means?
    ) -> [SilenceOptions] {
        top.sections(key).compactMap { section in
            let name = section.required("name", .stepName)
            unique.take(name, section, "name", named: "silences.name")
            let means = means(section)
            let lasts = section.value("lasts", .minutesOrHours)
            guard let name, let means else { return nil }
            var options = SilenceOptions(name: name, means: means)
            options.lasts = lasts ?? options.lasts
            return options
        }
    }

    private func alertmanager(_ section: PlaybookSection) -> SilenceOptions.Means? {
        let address = section.required("alertmanager", .webAddress)
        let isThere = section.require("matchers")
        let matchers = isThere ? section.list("matchers", .matcher) : nil
        let token = section.value("token-file", .localPath).map(resolve)
        guard let address, let matchers else { return nil }
        return .alertmanager(address, tokenFile: token, matchers: matchers)
    }

    private func commands(_ section: PlaybookSection) -> SilenceOptions.Means? {
        func words(_ key: String) -> [String]? {
            section.require(key) ? section.list(key, .word, mayRepeat: true) : nil
        }
        let (open, close, isOpen) = (words("open"), words("close"), words("is-open"))
        guard let open, let close, let isOpen else { return nil }
        return .commands(WindowCommands(open: open, close: close, isOpen: isOpen))
    }

    /// The receivers that could be read; the others are reported.
    func notifications() -> [NotificationOptions] {
        var unique = UniqueValues(problems: top.problems)
        return top.sections("notifications").compactMap { section in
            let name = section.required("name", .stepName)
            unique.take(name, section, "name", named: "notifications.name")
            let ways = ways(section)
            let token = section.value("token-file", .localPath).map(resolve)
            let text = section.value("text", .remark)
            let events: [NotificationOptions.Event]? = section.list("events", .choice)
            let blockedAfter = section.value("blocked-after", .duration())
            let deadline = section.value("deadline", .duration())
            guard let name, !ways.isEmpty else { return nil }
            var options = NotificationOptions(name: name, ways: ways, tokenFile: token, text: text)
            options.events = events.map(Set.init) ?? options.events
            options.blockedAfter = blockedAfter ?? options.blockedAfter
            options.deadline = deadline ?? options.deadline
            return options
        }
    }

    /// The ways that are given; at least one must be.
    private func ways(_ section: PlaybookSection) -> [NotificationOptions.Way] {
        let given = ["webhook", "webhook-file", "command"].filter { section.entry($0) != nil }
        if given.isEmpty { _ = section.require("webhook") }
        let webhook = section.value("webhook", .webAddress)
        let file = section.value("webhook-file", .localPath).map(resolve)
        let words = section.list("command", .word, mayRepeat: true)
        return [webhook.map { .webhook($0) }, file.map { .webhookFile($0) }, words.map { .command($0) }].compactMap {
            $0
        }
    }
}

extension ScalarForm where Value == AlertMatcher {
    static var matcher: Self {
        ScalarForm(expected: "a matcher such as `cluster=staging` or `alertname=~Kube.*`", kinds: [.string]) { text in
            guard let matcher = AlertMatcher(text), ScalarForm<String>.isPrintable(text) else { return nil }
            // > Matchers must not match the empty string alone. (Alertmanager 0.25, silence.go, validateSilence)
            return matcher.value.isEmpty ? nil : matcher
        }
    }
}

extension ScalarForm where Value == Duration {
    /// A silence of seconds silences nothing, and one of days lets others sleep through what it is not about.
    static var minutesOrHours: Self {
        ScalarForm(expected: "minutes or hours such as `30m` or `12h`, at most `24h`", kinds: [.string]) { text in
            text.wholeMatch(of: /[1-9][0-9]{0,3}(m|h)/) == nil ? nil : duration().read(text)
        }
    }
}

extension ScalarForm where Value == String {
    /// An address with a path; nothing in it that a program would take for credentials.
    static var webAddress: Self {
        ScalarForm(
            expected: "an address such as `https://alerts.example.org/path`, without a password",
            kinds: [.string]
        ) {
            $0.wholeMatch(of: /https?:\/\/[A-Za-z0-9._:\[\]-]+(\/[A-Za-z0-9._~%\/?=&+,;:-]*)?/) != nil ? $0 : nil
        }
    }
}

extension ScalarForm where Value == String {
    /// > node_exporter reads files of this directory with the name `*.prom`. (textfile collector)
    static var metricsFile: Self {
        ScalarForm(expected: "a path that ends in `.prom`; `~/` stands for the home directory", kinds: [.string]) {
            path in
            path.hasSuffix(".prom") ? localPath.read(path) : nil
        }
    }
}
