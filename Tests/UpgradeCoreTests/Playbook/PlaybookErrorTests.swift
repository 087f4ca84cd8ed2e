import Testing
import UpgradeCore

@Suite("What is wrong with a playbook is said with its place")
struct PlaybookErrorTests {
    @Test(
        "aliases that would be copied without end are refused before they are, with the place of the first too many",
        .timeLimit(.minutes(1)),
        arguments: [
            (
                (0..<9).map { "- &a\($0 + 1) [\(Array(repeating: "*a\($0)", count: 10).joined(separator: ","))]\n" }
                    .joined() + "- {? *a9 : 1}", "p.yaml:3:32"
            ),
            ("a: [&s \"x\"" + String(repeating: ",*s", count: 100_000) + "]", "p.yaml:1:60"),
        ]
    )
    func aliases(text: String, place: String) {
        let text = text.hasPrefix("-") ? "- &a0 [x]\n" + text : text
        let error = #expect(throws: PlaybookError.self) { try PlaybookDecoder.decode(text, file: "p.yaml", home: "/") }
        let expected = "\(place): the playbook has more than 16 aliases (`*name`); write out what they stand for"
        #expect(error.map { "\($0)" } == expected)
    }

    @Test(
        "a character that cannot be seen is refused in a word, and named",
        arguments: ["\u{202E}", "\u{200B}", "\u{2066}", "\u{FEFF}", "\u{2028}", "\u{E0041}", "\u{00AD}"]
    )
    func invisible(character: String) {
        let text = """
            cluster: c
            hooks: [{name: h, phase: workers, when: before, command: ["a\(character)b"]}]
            """
        let error = #expect(throws: PlaybookError.self) { try PlaybookDecoder.decode(text, file: "p.yaml", home: "/") }
        let all = error.map { "\($0)" } ?? ""
        #expect(all.contains("p.yaml:2:"))
        #expect(all.contains("expected a word without control characters and others"), "\(all)")
        #expect(!all.contains(character))
    }

    private struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        let errors: [String]

        init(_ name: String, _ text: String, _ errors: String...) {
            testDescription = name
            self.text = text
            self.errors = errors
        }
    }

    private static let top =
        "`cluster`, `target`, `releases`, `hosts`, `ssh`, `api`, `etcd`, `packages`, `saved-paths`, `drain`, "
        + "`foreign-cordons`, `workers`, `deadlines`, `lease`, `calico`, `helm`, `hooks`, "
        + "`accept`, `accepted-findings`, `simulation`, `versions`, `silences`, `windows`, `notifications`, `metrics-file`, "
        + "`packaging`"

    private static let yamlCases: [Case] = [
        Case("nothing", "", "p.yaml:1:1: the playbook is empty"),
        Case("comments only", "# nothing\n", "p.yaml:1:1: the playbook is empty"),
        Case("a list", "\n- a", "p.yaml:2:1: the playbook is a list; expected keys with values"),
        Case("a word", "a", "p.yaml:1:1: the playbook is a single value; expected keys with values"),
        Case(
            "an open bracket",
            "a: [1\nb: 2",
            "p.yaml:2:2: not YAML: while parsing a flow sequence at line 1: did not find expected ',' or ']'"
        ),
        Case("two colons", "a: b: c", "p.yaml:1:5: not YAML: mapping values are not allowed in this context"),
        Case(
            "a tab",
            "a:\n\tb: 1",
            "p.yaml:2:1: not YAML: while scanning for the next token at line 2: "
                + "found character that cannot start any token"
        ),
        Case("an undefined alias", "a: *b", "p.yaml:1:4: not YAML: found undefined alias"),
        Case(
            "two documents",
            "a: 1\n---\nb: 1",
            "p.yaml:2:1: not YAML: expected a single document in the stream at line 1: but found another document"
        ),
        Case("a control character", "a: b\nc: \u{1}", "p.yaml:2:4: not YAML: control characters are not allowed"),
        Case(
            "nested without end",
            String(repeating: "[", count: 100_000),
            "p.yaml:1:1: not YAML: while parsing at line 1: "
                + "Maximum nesting level reached, set with yaml_set_max_nest_level())"
        ),
        Case(
            "a file without end",
            String(repeating: "a", count: 1_048_577),
            "p.yaml:1:1: the playbook has 1048577 bytes; the limit is 1048576"
        ),
    ]

    private static let keysCases: [Case] = [
        Case(
            "a misspelled key",
            PlaybookTexts.smallest("drian: {deadline: 1s}"),
            "p.yaml:10:1: unknown key `drian`; did you mean `drain`?"
        ),
        Case(
            "a misspelled key in a section",
            PlaybookTexts.smallest("drain: {dealine: 1s}"),
            "p.yaml:10:9: unknown key `drain.dealine`; did you mean `deadline`?"
        ),
        Case(
            "a misspelled key in a list",
            PlaybookTexts.smallest(hosts: "  - {name: w1, roles: [worker], adress: w1.example.org}"),
            "p.yaml:9:33: unknown key `hosts.adress`; did you mean `address`?"
        ),
        Case(
            "a key like no other",
            PlaybookTexts.smallest("kubernetes: 1"),
            "p.yaml:10:1: unknown key `kubernetes`; the keys here are \(top)"
        ),
        Case(
            "a list as a key",
            PlaybookTexts.smallest("? [a]\n: b"),
            "p.yaml:10:3: `playbook` is a mapping with a list for a key; expected words for keys"
        ),
        Case(
            "a key twice",
            PlaybookTexts.smallest("cluster: again"),
            "p.yaml:1:1: the key `cluster` is there twice"
        ),
        Case(
            "a key twice, written in two ways",
            PlaybookTexts.smallest("helm: {versions: {1.13: {package: 1-1, tag: a}, \"1.13\": {}}}"),
            "p.yaml:10:49: the key `helm.versions.1.13` is there twice; the other is at p.yaml:10:19"
        ),
        Case(
            "no key at all",
            "{}",
            "p.yaml:1:1: the key `cluster` is missing",
            "p.yaml:1:1: the key `target` is missing",
            "p.yaml:1:1: the key `releases` is missing",
            "p.yaml:1:1: the key `hosts` is missing"
        ),
        Case(
            "entries without their keys",
            PlaybookTexts.smallest("etcd: {cert: /c}\nhooks: [{}]", hosts: "  - {address: a}"),
            "p.yaml:9:5: the key `hosts.name` is missing",
            "p.yaml:9:5: the key `hosts.roles` is missing",
            "p.yaml:10:7: the key `etcd.key` is missing",
            "p.yaml:11:9: the key `hooks.name` is missing",
            "p.yaml:11:9: the key `hooks.phase` is missing",
            "p.yaml:11:9: the key `hooks.when` is missing",
            "p.yaml:11:9: the key `hooks.command` is missing"
        ),
        Case(
            "accepted findings without a reason, without a real day, and twice",
            PlaybookTexts.smallest(
                """
                accepted-findings:
                  - {id: flag-removed/kubelet/--x, until: 2027-01-31}
                  - {id: Node Label, reason: r, until: 2027-02-30}
                  - {id: a/b, reason: r, until: 2027-01-31}
                  - {id: a/b, reason: r, until: 2027-01-31}
                """
            ),
            "p.yaml:11:5: the key `accepted-findings.reason` is missing",
            "p.yaml:12:10: `accepted-findings.id` is `Node Label`; expected the id of a finding, such as "
                + "`flag-removed/kubelet/--allow-privileged`",
            "p.yaml:12:40: `accepted-findings.until` is `2027-02-30`; expected a day such as `2027-01-31`",
            "p.yaml:14:5: `accepted-findings.id` `a/b` is there twice; the other is at p.yaml:13:5"
        ),
    ]

    private static let valuesCases: [Case] = [
        Case(
            "values of the wrong kind",
            PlaybookTexts.smallest(
                """
                ssh: [a]
                api:
                saved-paths: /etc
                drain: {deadline: 300, delete-bare-pods: yes}
                workers: {batch: 1.5}
                etcd: {cacert: ~, keep: true}
                helm: {versions: {1.13: v2}}
                """
            ),
            "p.yaml:10:6: `ssh` is a list; expected a mapping",
            "p.yaml:11:5: `api` is empty; expected a mapping",
            "p.yaml:12:14: `saved-paths` is a string, `/etc`; expected a list",
            "p.yaml:13:19: `drain.deadline` is an integer, `300`; "
                + "expected a duration such as `500ms`, `300s`, `10m` or `1h`, at most `24h`",
            "p.yaml:13:42: `drain.delete-bare-pods` is a string, `yes`; expected true or false",
            "p.yaml:14:18: `workers.batch` is a number, `1.5`; "
                + "expected a whole number from 1 to 1000 (a percentage is not understood)",
            "p.yaml:15:16: `etcd.cacert` is empty; expected an absolute path without `..`, and not `/` itself",
            "p.yaml:15:25: `etcd.keep` is a boolean, `true`; expected a whole number from 1 to 1000",
            "p.yaml:16:25: `helm.versions.1.13` is a string, `v2`; expected a mapping"
        ),
        Case(
            "API servers that would be asked without end",
            PlaybookTexts.smallest("api: {watch: 10ms}"),
            "p.yaml:10:14: `api.watch` is `10ms`; "
                + "expected a duration such as `500ms`, `300s`, `10m` or `1h`, at least 1 s, at most `24h`"
        ),
        Case(
            "a time to live that one lost heartbeat would end",
            PlaybookTexts.smallest("lease: {heartbeat: 10s, ttl: 29s}"),
            "p.yaml:10:8: `lease.ttl` is `29 s`; expected at least three times `lease.heartbeat`, which is 10 s"
        ),
        Case(
            "a percentage of workers",
            PlaybookTexts.smallest("workers: {batch: 20%}"),
            "p.yaml:10:18: `workers.batch` is a string, `20%`; "
                + "expected a whole number from 1 to 1000 (a percentage is not understood)"
        ),
        Case(
            "values out of range",
            PlaybookTexts.smallest("workers: {batch: 0}\ndeadlines: {connect: 25h, install: 0s, backup: 5 min}"),
            "p.yaml:10:18: `workers.batch` is `0`; "
                + "expected a whole number from 1 to 1000 (a percentage is not understood)",
            "p.yaml:11:22: `deadlines.connect` is `25h`; "
                + "expected a duration such as `500ms`, `300s`, `10m` or `1h`, at most `24h`",
            "p.yaml:11:36: `deadlines.install` is `0s`; "
                + "expected a duration such as `500ms`, `300s`, `10m` or `1h`, at most `24h`",
            "p.yaml:11:48: `deadlines.backup` is `5 min`; "
                + "expected a duration such as `500ms`, `300s`, `10m` or `1h`, at most `24h`"
        ),
        Case(
            "a choice that is none",
            PlaybookTexts.smallest("foreign-cordons: refused"),
            "p.yaml:10:18: `foreign-cordons` is `refused`; expected one of `refuse`, `keep`; did you mean `refuse`?"
        ),
        Case(
            "a hook of no phase, on no host",
            PlaybookTexts.smallest(
                "hooks: [{name: Quiet!, phase: worker, when: during, host: m2, command: []}]"
            ),
            "p.yaml:10:16: `hooks.name` is `Quiet!`; "
                + "expected a name of lowercase letters, digits and `-`, at most 64, the first a letter",
            "p.yaml:10:31: `hooks.phase` is `worker`; expected one of `backup`, `network-before`, "
                + "`helm-before`, `control-plane`, "
                + "`controllers`, `workers`, `network`, `helm`, `clients`, `verify`; did you mean `workers`?",
            "p.yaml:10:45: `hooks.when` is `during`; expected one of `before`, `after`",
            "p.yaml:10:59: `hooks.host` is `m2`; expected one of `e1`, `m1`; did you mean `m1`?",
            "p.yaml:10:72: `hooks.command` has no entry; it needs at least one"
        ),
        Case(
            "a text of two lines stays on the error's line",
            PlaybookTexts.smallest("ssh: {user: \"a\\nb\"}"),
            "p.yaml:10:13: `ssh.user` is `a b`; expected a login name"
        ),
        Case(
            "package names that Debian refuses",
            PlaybookTexts.smallest("packages: {control-plane: [kube_master, Kube, k, kube=1, kube, kube]}"),
            "p.yaml:10:28: `packages.control-plane` is `kube_master`; \(packageName)",
            "p.yaml:10:41: `packages.control-plane` is `Kube`; \(packageName)",
            "p.yaml:10:47: `packages.control-plane` is `k`; \(packageName)",
            "p.yaml:10:50: `packages.control-plane` is `kube=1`; \(packageName)",
            "p.yaml:10:64: `packages.control-plane` `kube` is there twice; the other is at p.yaml:10:58"
        ),
        Case(
            "an endpoint with a placeholder that does not exist",
            PlaybookTexts.smallest("api: {endpoint: \"https://{ip}:6443\"}"),
            "p.yaml:10:17: `api.endpoint` is `https://{ip}:6443`; "
                + "expected an address such as `https://{address}:6443`, with `{name}` or `{address}` at most"
        ),
    ]

    private static let packageName =
        "expected a Debian package name: lowercase letters, digits, `+`, `-` and `.`, at least two"

    @Test("YAML that is no playbook", arguments: yamlCases)
    private func yaml(_ example: Case) {
        #expect(PlaybookTexts.errors(of: example.text) == example.errors)
    }

    @Test("keys", arguments: keysCases)
    private func keys(_ example: Case) {
        #expect(PlaybookTexts.errors(of: example.text) == example.errors)
    }

    @Test("values", arguments: valuesCases)
    private func values(_ example: Case) {
        #expect(PlaybookTexts.errors(of: example.text) == example.errors)
    }
}
