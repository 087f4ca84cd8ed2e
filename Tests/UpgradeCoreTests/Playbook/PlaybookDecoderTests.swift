import Foundation
import Testing
import UpgradeCore

@Suite("A playbook is read")
struct PlaybookDecoderTests {
    private func decode(_ text: String, file: String = "p.yaml") throws -> Playbook {
        try PlaybookDecoder.decode(text, file: file, home: "/home/op")
    }

    @Test("what is not said has the values of Playbook's initializer")
    func defaults() throws {
        let release12 = try #require(MinorRelease("1.12"))
        let version12 = try #require(PackageVersion("1.12.10-1"))
        let version13 = try #require(PackageVersion("1.13.12-1"))
        let expected = Playbook(
            cluster: "tiny",
            target: release12.next,
            releases: [release12: version12, release12.next: version13],
            hosts: [Host(name: "e1", roles: [.etcd]), Host(name: "m1", roles: [.controlPlane])]
        )
        #expect(try decode(PlaybookTexts.smallest()) == expected)
    }

    @Test("a bare 1.10 is the release 1.10, not the number 1.1")
    func floatTrap() throws {
        let text = """
            cluster: old
            target: 1.10
            releases: {1.9: 1.9.11-1, 1.10: 1.10.13-1}
            hosts: [{name: h, roles: [etcd, control-plane]}]
            """
        let playbook = try decode(text)
        #expect(playbook.target == MinorRelease(major: 1, minor: 10))
        #expect(playbook.releases.keys.sorted().map(\.description) == ["1.9", "1.10"])
    }

    @Test("every key arrives where it belongs")
    func everyKey() throws {
        let playbook = try decode(
            PlaybookTexts.smallest(
                """
                ssh: {config: ssh_config, user: admin, sudo: false}
                api: {kubeconfig: /k, endpoint: "https://{name}:6443"}
                etcd: {endpoint: "http://localhost:2379", cacert: /ca, cert: /c, key: /k, snapshot-directory: /s, keep: 2}
                packages:
                  control-plane: [kube-a, kube-b]
                  node: [kube-n]
                  client: []
                  conffile-default: refuse
                  holds: keep
                  conffiles: [{path: /etc/default/kubelet, decision: merge}, {path: /etc/x, decision: take}]
                saved-paths: [/etc]
                drain: {deadline: 90s, delete-bare-pods: true, delete-emptydir-data: true}
                foreign-cordons: keep
                workers: {batch: 3, failure-budget: 2}
                deadlines: {connect: 500ms, install: 2s, daemon: 3m, node-ready: 4h, backup: 5s}
                calico:
                  versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}
                  packages: [calicoctl]
                  namespace: net
                  daemonset: cn
                  container: cc
                  image: registry.example:5000/calico/node
                helm:
                  versions: {1.13: {package: 2.14.3-1, tag: v2.14.3}}
                  packages: [helm2]
                  tiller-namespaces: [a, b]
                  image: gcr.io/tiller
                  migrate-at: 1.13
                hooks:
                  - {name: quiet, phase: workers, when: before, host: m1, command: [silence, "{node}"], deadline: 7s}
                  - {name: loud, phase: verify, when: after, command: [speak]}
                accepted-findings:
                  - {id: flag-removed/kubelet/--x, reason: puppet takes it out, until: 2027-01-31}
                simulation: {release: 1.12, pace: 5ms}
                """,
                hosts: "  - {name: w1, address: 192.0.2.1, roles: [worker, client], node: w1.example.org}"
            ),
            file: "playbooks/p.yaml"
        )
        let release = MinorRelease(major: 1, minor: 13)
        let calico = ComponentVersion(package: try #require(PackageVersion("3.7.5-1")), tag: "v3.7.5")
        let helm = ComponentVersion(package: try #require(PackageVersion("2.14.3-1")), tag: "v2.14.3")
        #expect(
            playbook
                == Playbook(
                    cluster: "tiny",
                    target: release,
                    releases: playbook.releases,
                    hosts: [
                        Host(name: "e1", roles: [.etcd]), Host(name: "m1", roles: [.controlPlane]),
                        Host(name: "w1", address: "192.0.2.1", roles: [.worker, .client], nodeName: "w1.example.org"),
                    ],
                    simulation: SimulationSettings(
                        release: MinorRelease(major: 1, minor: 12),
                        pace: .milliseconds(5)
                    ),
                    ssh: SSHOptions(config: "playbooks/ssh_config", user: "admin", sudo: false),
                    api: APIOptions(kubeconfig: "/k", endpoint: "https://{name}:6443"),
                    etcd: EtcdOptions(
                        endpoint: "http://localhost:2379",
                        cacert: "/ca",
                        cert: "/c",
                        key: "/k",
                        snapshotDirectory: "/s",
                        keep: 2
                    ),
                    packages: PackageNames(controlPlane: ["kube-a", "kube-b"], node: ["kube-n"], client: []),
                    conffiles: ConffileRules(
                        standard: .refuse,
                        byPath: ["/etc/default/kubelet": .merge, "/etc/x": .take]
                    ),
                    packageHolds: .keep,
                    savedPaths: ["/etc"],
                    drain: DrainOptions(deadline: .seconds(90), deletesBarePods: true, deletesEmptyDirData: true),
                    foreignCordons: .keep,
                    workerBatch: 3,
                    workerFailureBudget: 2,
                    deadlines: Deadlines(
                        connect: .milliseconds(500),
                        install: .seconds(2),
                        daemon: .seconds(180),
                        nodeReady: .seconds(14_400),
                        backup: .seconds(5)
                    ),
                    lease: LeaseTerms(grace: .milliseconds(500)),
                    calico: CalicoOptions(
                        versions: [release: calico],
                        packages: ["calicoctl"],
                        namespace: "net",
                        daemonSet: "cn",
                        container: "cc",
                        image: "registry.example:5000/calico/node"
                    ),
                    helm: HelmOptions(
                        versions: [release: helm],
                        packages: ["helm2"],
                        tillerNamespaces: ["a", "b"],
                        image: "gcr.io/tiller",
                        migrateAt: release
                    ),
                    hooks: [
                        Hook(
                            name: "quiet",
                            phase: "workers",
                            runsBefore: true,
                            host: "m1",
                            words: ["silence", "{node}"],
                            deadline: .seconds(7)
                        ),
                        Hook(name: "loud", phase: "verify", runsBefore: false, words: ["speak"]),
                    ],
                    acceptedFindings: [
                        AcceptedFinding(
                            id: "flag-removed/kubelet/--x",
                            reason: "puppet takes it out",
                            until: try #require(CalendarDay("2027-01-31"))
                        )
                    ]
                )
        )
    }

    @Test(
        "the SSH configuration is found from the playbook's directory",
        arguments: [
            ("playbooks/lab.yaml", "../lab/ssh_config", "playbooks/../lab/ssh_config"),
            ("lab.yaml", "ssh_config", "ssh_config"),
            ("/srv/lab.yaml", "ssh_config", "/srv/ssh_config"),
            ("playbooks/lab.yaml", "/etc/ssh/cluster", "/etc/ssh/cluster"),
            ("playbooks/lab.yaml", "~/.ssh/cluster", "/home/op/.ssh/cluster"),
        ]
    )
    func sshConfig(file: String, config: String, expected: String) throws {
        let playbook = try decode(PlaybookTexts.smallest("ssh: {config: \(config)}"), file: file)
        #expect(playbook.ssh.config == expected)
    }

    @Test("anchors and aliases are followed")
    func anchors() throws {
        let playbook = try decode(
            PlaybookTexts.smallest("deadlines: {connect: &short 9s, daemon: *short}")
        )
        #expect(playbook.deadlines.daemon == .seconds(9))
    }

    @Test("releases above the target may be listed already")
    func releasesAboveTarget() throws {
        let text = PlaybookTexts.smallest().replacingOccurrences(of: "target: \"1.13\"", with: "target: 1.12")
        #expect(try decode(text).target == MinorRelease(major: 1, minor: 12))
    }

    @Test("a quoted number is a string")
    func quotedNumber() throws {
        let text = PlaybookTexts.smallest().replacingOccurrences(of: "cluster: tiny", with: "cluster: '7'")
        #expect(try decode(text).cluster == "7")
        let tagged = PlaybookTexts.smallest().replacingOccurrences(of: "cluster: tiny", with: "cluster: !!str 7")
        #expect(try decode(tagged).cluster == "7")
    }

    @Test("the digest is the SHA-256 of the text")
    func digest() {
        // FIPS 180-2, appendix B.1.
        #expect(
            Playbook.digest(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }

    @Test("every playbook of the package decodes", arguments: ["default", "staging", "embedded", "lab"])
    func packagePlaybooks(name: String) throws {
        let file = PlaybookTexts.directory.appending(path: "\(name).yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let playbook = try decode(text, file: "playbooks/\(name).yaml")
        #expect(playbook.target == MinorRelease(major: 1, minor: 16))
        #expect(playbook.hosts(.etcd).count == 3)
        #expect(
            text.split(separator: "\n", omittingEmptySubsequences: false).count <= 81,
            "80 lines and their last end"
        )
        #expect((playbook.simulation != nil) == (name == "embedded"))
    }
}
