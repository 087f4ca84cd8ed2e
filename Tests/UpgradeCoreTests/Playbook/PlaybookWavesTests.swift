import Testing
import UpgradeCore

@Suite("Waves of workers in a playbook")
struct PlaybookWavesTests {
    private static let hosts = """
          - {name: w1, roles: [worker]}
          - {name: w2, roles: [worker]}
          - {name: w3, roles: [worker]}
        """

    private func waves(_ workers: String) throws -> WaveOptions {
        let text = PlaybookTexts.smallest("workers: \(workers)", hosts: Self.hosts)
        return try PlaybookDecoder.decode(text, file: "p.yaml", home: "/home/op").waves
    }

    private func errors(_ workers: String) -> [String] {
        PlaybookTexts.errors(of: PlaybookTexts.smallest("workers: \(workers)", hosts: Self.hosts))
    }

    @Test("a canary is a number of workers, or their names in their order")
    func canary() throws {
        #expect(try waves("{canary: 2}") == WaveOptions(canary: .first(2)))
        #expect(
            try waves("{canary: [w3, w1], cordon-ahead: true}")
                == WaveOptions(canary: .named(["w3", "w1"]), cordonsAhead: true)
        )
        #expect(try waves("{batch: 2}") == WaveOptions())
    }

    @Test("a group has limits of its own, and those of all workers where it says nothing")
    func groups() throws {
        let options = try waves(
            """
            {batch: 4, failure-budget: 3, groups: [
              {name: db, hosts: [w1, w2], batch: 1, failure-budget: 0},
              {name: gpu, taint: example.org/gpu, label: role=big, zone: a}, {name: any, label: role}]}
            """
        )
        #expect(
            options.groups == [
                WorkerGroup(name: "db", hosts: ["w1", "w2"], batch: 1, failureBudget: 0, line: 13),
                WorkerGroup(
                    name: "gpu",
                    label: NodeLabel(key: "role", value: "big"),
                    taint: "example.org/gpu",
                    zone: "a",
                    batch: 4,
                    failureBudget: 3,
                    line: 14
                ),
                WorkerGroup(
                    name: "any",
                    label: NodeLabel(key: "role"),
                    batch: 4,
                    failureBudget: 3,
                    line: 14
                ),
            ]
        )
    }

    @Test("a canary that is no worker, or more than there are, is refused by its place")
    func noCanary() {
        #expect(
            errors("{canary: [w9, m1]}") == [
                "p.yaml:12:20: `workers.canary` is `w9`; expected one of `w1`, `w2`, `w3`; did you mean `w1`?",
                "p.yaml:12:24: `workers.canary` is `m1`; expected one of `w1`, `w2`, `w3`; did you mean `w1`?",
            ]
        )
        #expect(
            errors("{canary: 4}") == [
                "p.yaml:12:19: `workers.canary` is `4`; expected at most 3, the number of workers"
            ]
        )
        #expect(
            errors("{canary: 0}") == [
                "p.yaml:12:19: `workers.canary` is `0`; expected a whole number from 1 to 1000, or a list of workers"
            ]
        )
        #expect(errors("{canary: []}") == ["p.yaml:12:19: `workers.canary` has no entry; it needs at least one"])
    }

    @Test("a worker in two groups, an unknown one, and a group that asks for nothing are refused by their places")
    func badGroups() {
        #expect(
            errors("{groups: [{name: a, hosts: [w1, w2]}, {name: b, hosts: [w3, w2]}]}") == [
                "p.yaml:12:70: `workers.groups.hosts` `w2` is there twice; the other is at p.yaml:12:42"
            ]
        )
        #expect(
            errors("{groups: [{name: a, hosts: [w8]}]}") == [
                "p.yaml:12:38: `workers.groups.hosts` is `w8`; expected one of `w1`, `w2`, `w3`; did you mean `w1`?"
            ]
        )
        #expect(errors("{groups: [{name: a}]}") == ["p.yaml:12:20: the key `workers.groups.hosts` is missing"])
        #expect(
            errors("{groups: [{name: a, label: x}, {name: a, label: y}]}") == [
                "p.yaml:12:48: `workers.groups.name` `a` is there twice; the other is at p.yaml:12:27"
            ]
        )
    }

    @Test(
        "names of waves that are no group, and labels that no node can have, are refused",
        arguments: ["canary", "rest", "A", "1"]
    )
    func names(name: String) {
        #expect(errors("{groups: [{name: \"\(name)\", hosts: [w1]}]}").count == 1)
        #expect(
            errors("{groups: [{name: a, label: \"a b\"}, {name: b, taint: \"-x\"}, {name: c, zone: \"a/b\"}]}").count
                == 3
        )
    }

    @Test("cordons ahead without a canary and groups are refused: nothing would be new")
    func aheadOfNothing() {
        for section in ["{cordon-ahead: true}", "{cordon-ahead: true, groups: []}"] {
            #expect(
                errors(section) == [
                    "p.yaml:12:25: `workers.cordon-ahead` is `true`; expected `false` without `workers.canary` or `workers.groups`: "
                        + "no node is new when the first wave begins"
                ]
            )
        }
        #expect(errors("{cordon-ahead: false}") == [])
    }
}
