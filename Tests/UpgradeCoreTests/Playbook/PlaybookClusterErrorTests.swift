import Testing
import UpgradeCore

@Suite("A cluster or a path that cannot be is refused with its place")
struct PlaybookClusterErrorTests {
    private func playbook(target: String, releases: String, more: String = "") -> [String] {
        PlaybookTexts.errors(
            of: """
                cluster: tiny
                target: \(target)
                releases: {\(releases)}
                hosts: [{name: h, roles: [etcd, control-plane]}]
                \(more)
                """
        )
    }

    @Test("a target below the lowest release is a path that goes down")
    func down() {
        #expect(
            playbook(target: "1.12", releases: "1.13: 1.13.12-1, 1.14: 1.14.10-1") == [
                "p.yaml:2:9: the target 1.12 is below 1.13, the lowest of `releases`; an upgrade does not go down"
            ]
        )
    }

    @Test("each gap in the releases is named by its first release")
    func gaps() {
        #expect(
            playbook(target: "1.16", releases: "1.12: 1.12.10-1, 1.15: 1.15.12-1") == [
                "p.yaml:3:11: `releases` has no package version for 1.13 on the path from 1.12 to 1.16; "
                    + "no release can be skipped",
                "p.yaml:3:11: `releases` has no package version for 1.16 on the path from 1.12 to 1.16; "
                    + "no release can be skipped",
            ]
        )
    }

    @Test("a target far above the releases is refused at once")
    func farTarget() {
        #expect(
            playbook(target: "1.9999", releases: "1.12: 1.12.10-1") == [
                "p.yaml:3:11: `releases` has no package version for 1.13 on the path from 1.12 to 1.9999; "
                    + "no release can be skipped"
            ]
        )
        #expect(
            playbook(target: "1.99999999999999999999", releases: "1.12: 1.12.10-1") == [
                "p.yaml:2:9: `target` is `1.99999999999999999999`; expected a minor release such as `1.16`"
            ]
        )
    }

    @Test("a path does not go from one major release to the next")
    func major() {
        #expect(
            playbook(target: "2.0", releases: "1.12: 1.12.10-1, 2.0: 2.0.0-1") == [
                "p.yaml:3:11: `releases` has no package version for 1.13 on the path from 1.12 to 2.0; "
                    + "no release can be skipped"
            ]
        )
    }

    @Test("a package version belongs to the release of its key")
    func mismatch() {
        #expect(
            playbook(target: "1.13", releases: "1.12: 1.11.10-1, 1.13: 1:1.13.12+dfsg-2, 1.14: \"1.14\"") == [
                "p.yaml:3:18: `releases` has package version 1.11.10-1 for 1.12; it is not a version of 1.12",
                "p.yaml:3:59: `releases` has package version 1.14 for 1.14; it is not a version of 1.14",
            ]
        )
    }

    @Test("a release is two numbers", arguments: ["v1.12", "1.12.10", "1", "01.12", "1.+12", "1.12 "])
    func releaseKey(key: String) {
        #expect(
            playbook(target: "1.13", releases: "\"\(key)\": 1.12.10-1, 1.13: 1.13.12-1") == [
                "p.yaml:3:12: `releases` is `\(key)`; expected a minor release such as `1.16`"
            ]
        )
    }

    @Test("no release at all is refused")
    func noRelease() {
        let errors = playbook(target: "1.13", releases: "")
        #expect(errors == ["p.yaml:3:11: `releases` has no entry; it needs at least one"])
    }

    @Test("a component is moved only where a hop arrives, or before the first")
    func components() {
        let more = """
            calico: {versions: {1.11: {package: 3.7.5-1, tag: v3.7.5}, 1.13: {package: 3.8-1}}}
            helm: {migrate-at: 1.14}
            """
        #expect(
            playbook(target: "1.13", releases: "1.12: 1.12.10-1, 1.13: 1.13.12-1", more: more) == [
                "p.yaml:5:21: `calico.versions` names 1.11, which no hop of `releases` arrives at",
                "p.yaml:5:66: the key `calico.versions.1.13.tag` is missing",
                "p.yaml:6:20: `helm.migrate-at` names 1.14, which no hop of `releases` arrives at",
            ]
        )
        #expect(
            playbook(target: "1.12", releases: "1.12: 1.12.10-1", more: "calico: {}\nhelm: {}") == [
                "p.yaml:5:9: the key `calico.versions` is missing",
                "p.yaml:6:7: the key `helm.versions` is missing",
            ]
        )
    }

    @Test("at the release that the cluster has, a component is moved before the first hop")
    func beforeFirst() {
        let more = "calico: {versions: {1.12: {package: 3.7.5-1, tag: v3.7.5}}}"
        #expect(playbook(target: "1.13", releases: "1.12: 1.12.10-1, 1.13: 1.13.12-1", more: more) == [])
    }

    @Test("an acceptance names a violation once, and says why")
    func acceptances() throws {
        let more = """
            accept:
              - {violation: calico-2.2@1.12, reason: it is where the cluster stands}
              - {violation: helm-2.14@1.14-1.15, reason: short}
              - {violation: calico, reason: it is where the cluster stands}
              - {violation: calico-2.2@1.12, reason: it is where the cluster stands}
              - {violation: helm-2.14@1.15}
              - {reson: it is where the cluster stands}
            """
        #expect(
            PlaybookTexts.errors(of: PlaybookTexts.smallest(more)) == [
                "p.yaml:12:46: `accept.reason` is `short`; expected a reason in words, at least eight characters on one line",
                "p.yaml:13:17: `accept.violation` is `calico`; "
                    + "expected an id such as `calico-2.6@1.12`, as `upgrader plan` prints them",
                "p.yaml:14:17: `accept.violation` `calico-2.2@1.12` is there twice; the other is at p.yaml:11:17",
                "p.yaml:15:5: the key `accept.reason` is missing",
                "p.yaml:16:5: the key `accept.violation` is missing",
                "p.yaml:16:5: the key `accept.reason` is missing",
                "p.yaml:16:6: unknown key `accept.reson`; did you mean `reason`?",
            ]
        )
        let text = PlaybookTexts.smallest("accept: [{violation: calico-2.2@1.12, reason: it is where it stands}]")
        let playbook = try PlaybookDecoder.decode(text, file: "p.yaml", home: "/home/op")
        #expect(playbook.accepted == [Acceptance(violation: "calico-2.2@1.12", reason: "it is where it stands")])
    }

    @Test("a simulated cluster starts on the path")
    func simulation() {
        #expect(
            playbook(
                target: "1.13",
                releases: "1.12: 1.12.10-1, 1.13: 1.13.12-1, 1.14: 1.14.10-1",
                more: "simulation: {release: 1.14, pace: 2d}"
            ) == [
                "p.yaml:5:23: `simulation.release` is `1.14`; expected one of `1.12`, `1.13`",
                "p.yaml:5:35: `simulation.pace` is `2d`; "
                    + "expected a duration such as `500ms`, `300s`, `10m` or `1h`, at most `24h`",
            ]
        )
    }

    // MARK: Version data

    @Test("a fact needs an address, a value, a source and a reason, and is changed once")
    func versions() {
        let more = """
            versions:
              - {fact: calico/3.7/kubernetes/max, value: 1.15, source: us, reason: r}
              - {fact: calico/3.7/kubernetes/max, value: 1.16, source: us, reason: r}
              - {fact: calico, value: 1.16, source: " "}
            """
        #expect(
            PlaybookTexts.errors(of: PlaybookTexts.smallest(more)) == [
                "p.yaml:12:12: `versions.fact` `calico/3.7/kubernetes/max` is there twice; the other is at p.yaml:11:12",
                "p.yaml:13:5: the key `versions.reason` is missing",
                "p.yaml:13:12: `versions.fact` is `calico`; expected the address of a fact, as `upgrader explain` lists them",
                "p.yaml:13:41: `versions.source` is ` `; expected a sentence",
            ]
        )
    }

    // MARK: Hosts

    @Test("a host twice is named with both places, by name, by address and by node")
    func hostTwice() {
        let hosts = """
              - {name: w1, address: 192.0.2.1, roles: [worker]}
              - {name: w1, address: 192.0.2.2, roles: [worker], node: n2}
              - {name: w3, address: 192.0.2.1, roles: [worker], node: n2}
              - {name: w4, address: m1, roles: [client]}
              - {name: W4, address: 192.0.2.4, roles: [client]}
            """
        #expect(
            PlaybookTexts.errors(of: PlaybookTexts.smallest(hosts: hosts)) == [
                "p.yaml:10:12: `hosts.name` `w1` is there twice; the other is at p.yaml:9:12",
                "p.yaml:11:25: `hosts.address` `192.0.2.1` is there twice; the other is at p.yaml:9:25",
                "p.yaml:11:59: `hosts.node` `n2` is there twice; the other is at p.yaml:10:59",
                "p.yaml:12:25: `hosts.address` `m1` is there twice; the other is at p.yaml:8:12",
                "p.yaml:13:12: `hosts.name` `W4` is there twice; the other is at p.yaml:12:12",
            ]
        )
    }

    @Test("a cluster has an etcd host and a control-plane host")
    func rolesMissing() {
        let text = PlaybookTexts.smallest()
            .replacing("roles: [etcd]", with: "roles: [worker]")
            .replacing("roles: [control-plane]", with: "roles: [master, worker, worker]")
        #expect(
            PlaybookTexts.errors(of: text) == [
                "p.yaml:6:1: no host has the role `etcd`",
                "p.yaml:6:1: no host has the role `control-plane`",
                "p.yaml:8:24: `hosts.roles` is `master`; expected one of `etcd`, `control-plane`, `worker`, `client`",
                "p.yaml:8:40: `hosts.roles` `worker` is there twice; the other is at p.yaml:8:32",
            ]
        )
    }

    @Test("an even number of etcd members is the operator's business")
    func evenEtcd() {
        #expect(PlaybookTexts.errors(of: PlaybookTexts.smallest(hosts: "  - {name: e2, roles: [etcd]}")).isEmpty)
    }

    @Test(
        "a host's name can be part of file names and step keys",
        arguments: ["cluster", "a/b", "a@b", "-a", ".", "..", "a b", "ä", "a\\nb", ""]
    )
    func hostName(name: String) {
        let hosts = "  - {name: \"\(name)\", address: w1, roles: [worker], node: w1}"
        let shown = name.replacing("\\n", with: " ")
        #expect(
            PlaybookTexts.errors(of: PlaybookTexts.smallest(hosts: hosts)) == [
                "p.yaml:9:12: `hosts.name` is `\(shown)`; expected a name of letters, digits, `.`, `_` and `-`, "
                    + "at most 128, the first a letter or digit, not `cluster`"
            ]
        )
    }

    @Test("an address cannot pass for an option of ssh")
    func address() {
        let hosts = "  - {name: w1, address: -oProxyCommand=x, roles: [worker]}"
        #expect(
            PlaybookTexts.errors(of: PlaybookTexts.smallest(hosts: hosts)) == [
                "p.yaml:9:25: `hosts.address` is `-oProxyCommand=x`; expected a host name, an address or an SSH alias"
            ]
        )
    }

    @Test("a node name on a host that is no worker would be read by nobody")
    func nodeOfMaster() {
        let text = PlaybookTexts.smallest(hosts: "  - {name: m2, roles: [control-plane], node: m2.example.org}")
        #expect(
            PlaybookTexts.errors(of: text) == [
                "p.yaml:9:46: `hosts.node` is `m2.example.org`; "
                    + "expected no `node` on a host without the role `worker`"
            ]
        )
    }
}
