/// What a scalar of the playbook must look like, and what it means.
struct ScalarForm<Value> {
    /// Says in an error what is expected, with an article.
    let expected: String
    /// The kinds that the schema allows.
    let kinds: Set<ScalarKind>
    /// The values allowed, where they can be listed.
    var choices: [String] = []
    /// Reads the text; `nil` where it is not of this form.
    let read: (String) -> Value?
}

extension ScalarForm where Value == Bool {
    static var flag: Self {
        ScalarForm(expected: "true or false", kinds: [.boolean]) { $0.lowercased() == "true" }
    }
}

extension ScalarForm where Value == Int {
    /// A whole number in `range`; `note` is added to the error.
    static func integer(_ range: ClosedRange<Int>, note: String = "") -> Self {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)\(note)"
        return ScalarForm(expected: expected, kinds: [.integer]) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ScalarForm where Value == Duration {
    /// A duration with one unit; nothing that the run waits for takes more than a day.
    static func duration(atLeast least: Duration = .milliseconds(1)) -> Self {
        let bound = least > .milliseconds(1) ? "at least \(least.text), " : ""
        let expected = "a duration such as `500ms`, `300s`, `10m` or `1h`, \(bound)at most `24h`"
        return ScalarForm(expected: expected, kinds: [.string]) { text in
            guard let match = text.wholeMatch(of: /([0-9]{1,9})(ms|s|m|h)/), let count = Int(match.1) else {
                return nil
            }
            let value: Duration =
                switch match.2 {
                case "ms": .milliseconds(count)
                case "s": .seconds(count)
                case "m": .seconds(count * 60)
                default: .seconds(count * 3_600)
                }
            return least <= value && value <= .seconds(86_400) ? value : nil
        }
    }
}

extension ScalarForm where Value == MinorRelease {
    static var release: Self {
        ScalarForm(expected: "a minor release such as `1.16`", kinds: [.string, .float]) { text in
            // Four digits are more than any release has, and keep the arithmetic on releases from overflowing.
            guard text.wholeMatch(of: /(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})/) != nil else { return nil }
            return MinorRelease(text)
        }
    }
}

extension ScalarForm where Value == PackageVersion {
    static var packageVersion: Self {
        ScalarForm(expected: "a Debian package version such as `1.13.12-1`", kinds: [.string]) { text in
            // > [epoch:]upstream_version[-debian_revision] (Debian Policy 5.6.12)
            guard text.wholeMatch(of: /([0-9]{1,9}:)?[0-9][A-Za-z0-9.+~-]*/) != nil else { return nil }
            return PackageVersion(text)
        }
    }
}

extension ScalarForm where Value == CalendarDay {
    static var day: Self {
        ScalarForm(expected: "a day such as `2027-01-31`", kinds: [.string]) {
            CalendarDay($0).flatMap { $0.day == nil ? nil : $0 }
        }
    }
}

extension ScalarForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var choice: Self {
        let choices = Value.allCases.map(\.rawValue)
        let expected = "one of \(choices.map { "`\($0)`" }.joined(separator: ", "))"
        return ScalarForm(expected: expected, kinds: [.string], choices: choices) { Value(rawValue: $0) }
    }
}

extension ScalarForm where Value == String {
    /// One of the values.
    static func choice(of choices: [String]) -> Self {
        let expected = "one of \(choices.map { "`\($0)`" }.joined(separator: ", "))"
        return ScalarForm(expected: expected, kinds: [.string], choices: choices) { choices.contains($0) ? $0 : nil }
    }

    private static func text(_ expected: String, where isValid: @escaping (String) -> Bool) -> Self {
        ScalarForm(expected: expected, kinds: [.string]) { isValid($0) ? $0 : nil }
    }

    /// The name of a cluster or a host: it becomes part of file names, step keys and unit names.
    static var name: Self {
        // 128 leaves room for the rest of a unit name, which systemd limits to 255 (systemd.unit(5)).
        text("a name of letters, digits, `.`, `_` and `-`, at most 128, the first a letter or digit") {
            $0.wholeMatch(of: HostPattern.name) != nil
        }
    }

    static var hostName: Self {
        // A step of the whole cluster has the target `cluster`; a host must not read the same in a step key.
        text("a name of letters, digits, `.`, `_` and `-`, at most 128, the first a letter or digit, not `cluster`") {
            $0 != "cluster" && $0.wholeMatch(of: HostPattern.name) != nil
        }
    }

    /// The name of a hook: it becomes a step id.
    static var stepName: Self {
        text("a name of lowercase letters, digits and `-`, at most 64, the first a letter") {
            $0.wholeMatch(of: /[a-z][a-z0-9-]{0,63}/) != nil
        }
    }

    /// Where SSH connects to; never something that ssh would take for an option.
    static var address: Self {
        text("a host name, an address or an SSH alias") {
            $0.wholeMatch(of: /[A-Za-z0-9\[:][A-Za-z0-9._:%\[\]-]{0,254}/) != nil
        }
    }

    static var user: Self {
        text("a login name") { $0.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,63}/) != nil }
    }

    static var packageName: Self {
        // > must consist only of lower case letters, digits, plus and minus signs, and periods; at least two
        // > characters long; must start with an alphanumeric character (Debian Policy 5.6.1)
        text("a Debian package name: lowercase letters, digits, `+`, `-` and `.`, at least two") {
            $0.wholeMatch(of: /[a-z0-9][a-z0-9+.-]+/) != nil
        }
    }

    /// A program of a host, which becomes the first word of a command.
    static var program: Self {
        text("the name of a program, or its absolute path") {
            $0.wholeMatch(of: /(\/[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+|[A-Za-z0-9][A-Za-z0-9._+-]*/) != nil
        }
    }

    /// A name of the Kubernetes API: lowercase labels joined by dots.
    static var objectName: Self {
        text("a Kubernetes name: lowercase letters, digits, `-` and `.`") { name in
            name.utf8.count <= 253
                && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                    label.wholeMatch(of: HostPattern.label) != nil
                }
        }
    }

    /// The id of a finding, as `upgrader check` prints it.
    static var findingID: Self {
        text("the id of a finding, such as `flag-removed/kubelet/--allow-privileged`") {
            $0.wholeMatch(of: /[a-z][a-z0-9-]*(\/[^\s\/]+)+/) != nil
        }
    }

    static var path: Self {
        text("an absolute path without `..`, and not `/` itself") { path in
            path.hasPrefix("/") && path.contains { $0 != "/" } && !path.split(separator: "/").contains("..")
                && isPrintable(path)
        }
    }

    /// A path on the operator's machine.
    static var localPath: Self {
        text("a path; `~/` stands for the home directory") { path in
            !path.isEmpty && isPrintable(path) && (!path.hasPrefix("~") || path.hasPrefix("~/"))
        }
    }

    static var url: Self {
        text("an address such as `https://127.0.0.1:2379`") {
            $0.wholeMatch(of: /https?:\/\/[A-Za-z0-9._:%\[\]-]+/) != nil
        }
    }

    /// Without a login: whoever may list the processes of the builder would see it.
    static var proxy: Self {
        text("the address of a web proxy without a login, such as `http://webproxy.example.org:8080`") {
            $0.wholeMatch(of: /https?:\/\/[A-Za-z0-9._:%\[\]-]+/) != nil
        }
    }

    static var endpointTemplate: Self {
        text("an address such as `https://{address}:6443`, with `{name}` or `{address}` at most") {
            $0.replacing("{name}", with: "n").replacing("{address}", with: "a")
                .wholeMatch(of: /https?:\/\/[A-Za-z0-9._:%\[\]-]+/) != nil
        }
    }

    /// An image without tag and digest.
    static var image: Self {
        text("an image without a tag, such as `calico/node`") {
            $0.wholeMatch(of: /([A-Za-z0-9.-]+(:[0-9]+)?\/)?[a-z0-9._-]+(\/[a-z0-9._-]+)*/) != nil
        }
    }

    static var tag: Self {
        text("an image tag, such as `v3.7.5`") { $0.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}/) != nil }
    }

    /// The address of a fact, as `explain` takes it: at least three words, for a shorter one is many facts.
    static var factAddress: Self {
        text("the address of a fact, as `upgrader explain` lists them") {
            $0.wholeMatch(of: /[a-z][a-z-]*(\/[A-Za-z0-9<>=~.,:()+_ -]+){2,}/) != nil
        }
    }

    /// A value of a fact: a version, a day, a word; also what YAML takes for a number.
    static var factValue: Self {
        ScalarForm(expected: "a value without control characters", kinds: [.string, .float, .integer, .boolean]) {
            !$0.isEmpty && isPrintable($0) ? $0 : nil
        }
    }

    /// A sentence for whoever reads the plan.
    static var remark: Self {
        text("a sentence") { $0.contains { $0 != " " } && isPrintable($0) }
    }

    /// Where a move of Calico's data may lead; the other way there is comes with releases that no upgrade of the path needs.
    static var calicoDatastore: Self {
        let expected =
            "`etcdv3`; the move to the Kubernetes API is `calicoctl datastore migrate`, for after the upgrade, which does not "
            + "need it: `upgrader explain calico/datastore-migration-etcdv3-to-kdd` says which releases have it, and the source"
        return ScalarForm(expected: expected, kinds: [.string], choices: ["etcdv3"]) { $0 == "etcdv3" ? $0 : nil }
    }

    static var lostObject: Self {
        text("KIND NAMESPACE/NAME, such as `Deployment shop/web`") {
            $0.wholeMatch(of: /[A-Z][A-Za-z]{0,62} [a-z0-9][a-z0-9.-]{0,252}\/[a-z0-9][a-z0-9.-]{0,252}/) != nil
        }
    }

    static var helmRelease: Self {
        text("a Tiller's namespace and a release of it, such as `kube-system/web` or `kube-system/web.v3`") { text in
            // A release may be named after a domain. (helm v2.16 pkg/tiller/release_server.go, ValidName)
            text.wholeMatch(of: /[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?/) != nil
        }
    }

    /// The id of a state out of range, as the plan prints it.
    static var violation: Self {
        text("an id such as `calico-2.6@1.12`, as `upgrader plan` prints them") { id in
            id.wholeMatch(of: /[a-z]+-[0-9]+\.[0-9]+@[0-9]+\.[0-9]+(-[0-9]+\.[0-9]+)?/) != nil
        }
    }

    /// Why something is accepted: words, so that whoever reads it later knows.
    static var reason: Self {
        text("a reason in words, at least eight characters on one line") { $0.count >= 8 && isPrintable($0) }
    }

    /// A word of a command: anything but the bytes that an argument cannot hold.
    static var word: Self {
        text("a word without control characters and others that cannot be seen") { isPrintable($0) }
    }

    static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(isPrintable)
    }

    /// Whether a person sees what it is: no control character, nothing of no width, nothing that turns text round.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}

/// What each host of a playbook is held against: compiled once.
///
/// See Redaction for why they may be shared.
private enum HostPattern {
    nonisolated(unsafe) static let name = /[A-Za-z0-9][A-Za-z0-9._-]{0,127}/
    nonisolated(unsafe) static let label = /[a-z0-9]([a-z0-9-]*[a-z0-9])?/
}
