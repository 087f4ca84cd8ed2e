import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("The path that a playbook states")
struct StatedCheckTests {
    private let planner: PathPlanner

    init() throws { planner = try .embedded() }

    private static let first = MinorRelease(major: 1, minor: 12)

    private func playbook(
        to target: Int = 16,
        calico: [Int: String]? = nil,
        helm: [Int: String]? = nil,
        accepted: [String] = []
    ) throws -> Playbook {
        func versions(_ given: [Int: String]) throws -> [MinorRelease: ComponentVersion] {
            var versions: [MinorRelease: ComponentVersion] = [:]
            for (minor, text) in given {
                let package = try #require(PackageVersion("\(text)-1"))
                versions[MinorRelease(major: 1, minor: minor)] = ComponentVersion(package: package, tag: "v\(text)")
            }
            return versions
        }
        return Playbook(
            cluster: "test",
            target: MinorRelease(major: 1, minor: target),
            releases: [:],
            hosts: [Host(name: "m", roles: [.controlPlane, .etcd]), Host(name: "w", roles: [.worker])],
            calico: try calico.map { CalicoOptions(versions: try versions($0)) },
            helm: try helm.map { HelmOptions(versions: try versions($0)) },
            accepted: accepted.map { Acceptance(violation: $0, reason: "it is known") }
        )
    }

    private func seen(calico: String? = nil, tiller: String? = nil, etcd: String = "3.2.24") throws -> Observation {
        let version = KubernetesVersion(release: Self.first, patch: 10)
        return Observation([
            .apiServer(host: "m"): .apiServer(APIServerState(isHealthy: true, version: version)),
            .nodes: .nodes([NodeState(name: "w", kubeletVersion: version)]),
            .etcdMember(host: "m"): .etcdMember(
                EtcdMemberState(
                    isHealthy: true,
                    isLeader: true,
                    version: etcd,
                    databaseSize: .mebibytes(1),
                    memberCount: 1
                )
            ),
            .daemonSet(namespace: "kube-system", name: "calico-node"): .daemonSet(
                calico.map {
                    DaemonSetState(image: "reg:5000/calico/node:\($0)", updateStrategy: "OnDelete", pods: [:])
                }
            ),
            .deployment(namespace: "kube-system", name: "tiller-deploy"): .deployment(
                tiller.map { DeploymentState(image: "tiller:\($0)", replicas: 1, updatedAndAvailable: 1) }
            ),
        ])
    }

    private func check(_ playbook: Playbook, _ seen: Observation, from start: MinorRelease = first) -> StatedCheck {
        planner.check(playbook, from: DetectedVersions(seen, playbook), start: start, day: nil)
    }

    // MARK: several versions at one release

    private func rolls(_ given: [Int: [String]], to target: Int = 14) throws -> Playbook {
        var playbook = try playbook(to: target, calico: [:])
        for (minor, texts) in given {
            playbook.calico?.rolls[MinorRelease(major: 1, minor: minor)] = try texts.map { text in
                ComponentVersion(package: try #require(PackageVersion("\(text)-1")), tag: "v\(text)")
            }
        }
        return playbook
    }

    @Test("each pair that exists between two rolls at one release is a state of the path")
    func rollsAtOneRelease() throws {
        let playbook = try rolls([12: ["2.6.12", "3.5.8", "3.7.5"], 13: ["3.8.9", "3.10.4"]])
        let found = check(playbook, try seen(calico: "v2.2.1"))
        let calico = found.path.states.filter { $0.place == .at(Self.first) }.compactMap {
            $0.point.calico?.description
        }
        #expect(calico == ["2.2.1", "2.6.12", "3.5.8", "3.7.5"])
        #expect(found.path.moves.filter { $0.move.component == .calico }.count == 5)
        #expect(found.broken.isEmpty && found.path.end?.calico?.version.description == "3.10.4")
        #expect(found.violations.contains { $0.violation.id == "calico-2.6@1.12" }, "it runs there between two rolls")
        // What runs is not taken back to an earlier one.
        let later = check(playbook, try seen(calico: "v3.5.8")).path
        let first = try #require(later.moves.first)
        #expect(first.move == .calico(from: try version("3.5.8"), to: try version("3.7.5")))
    }

    private func version(_ text: String) throws -> PatchVersion { try #require(PatchVersion(text)) }

    @Test("a jump in the list that no document describes is refused, with the rule and its source")
    func jumps() throws {
        for jump in [["2.2.1", "3.5.8"], ["3.5.8", "2.6.12"]] {
            let found = check(try rolls([12: jump]), try seen(calico: "v2.2.1"))
            let broken = try #require(found.broken.first, "\(jump)")
            #expect(broken.rule.id == "path/C1" && !broken.rule.source.isEmpty && !found.isAllowed)
        }
        let whole = check(try rolls([12: ["2.6.12", "3.5.8"]]), try seen(calico: "v2.2.1"))
        #expect(whole.broken.isEmpty)
    }

    @Test("`versions check` judges each version of a list at its release")
    func points() throws {
        var playbook = try rolls([12: ["2.6.12", "3.5.8"], 13: ["3.7.5", "3.8.9"]], to: 13)
        for minor in 12...13 {
            playbook.releases[MinorRelease(major: 1, minor: minor)] = PackageVersion("1.\(minor).10-1")
        }
        let points = StatedPoint.points(of: playbook).map { "\($0.title) \($0.calico?.description ?? "none")" }
        #expect(
            points == [
                "at 1.12 2.6.12", "at 1.12 3.5.8", "during 1.12 → 1.13 3.5.8", "at 1.13 3.7.5", "at 1.13 3.8.9",
            ]
        )
    }

    @Test("versions are those of the images, of the lowest daemon and the lowest member")
    func detected() throws {
        let playbook = try playbook(calico: [:], helm: [:])
        let found = DetectedVersions(try seen(calico: "v3.5.8", tiller: "v2.16.12"), playbook)
        #expect(found.point(planner.knowledge)?.description == "1.12 | etcd 3.2.24 | Calico 3.5.8 | Helm 2.16.12")
        #expect(found.unreadable.isEmpty)
        let unclear = DetectedVersions(try seen(calico: "latest", tiller: "canary"), playbook)
        #expect(unclear.calico == nil && unclear.tiller == nil)
        #expect(unclear.unreadable.count == 2)
        #expect(DetectedVersions(Observation(), playbook).point(planner.knowledge) == nil)
    }

    @Test("where a unit runs Calico its package tells the version, and no DaemonSet is asked")
    func unit() throws {
        var playbook = try playbook(calico: [:])
        playbook.calico?.unit = "calico-node"
        playbook.calico?.packages = ["calico-cni", "calico-node"]
        let question = Probe.packages(host: "w", names: ["calico-node"])
        let probes = DetectedVersions.probes(playbook)
        #expect(probes.contains(question))
        #expect(!probes.contains(.daemonSet(namespace: "kube-system", name: "calico-node")))
        func found(_ text: String) throws -> DetectedVersions {
            let version = try #require(PackageVersion(text))
            var seen = try seen()
            seen.record(.packages(["calico-node": InstalledPackage(version: version)]), to: question)
            return DetectedVersions(seen, playbook)
        }
        #expect(try found("2.6.12-1").calico == PatchVersion("2.6.12"))
        #expect(try found("2.6.12-1").unreadable.isEmpty)
        let unclear = try found("20180301-1")
        #expect(unclear.calico == nil && unclear.unreadable == ["Calico's package `20180301-1` says no version"])
    }

    @Test(
        "helmfile is held against the Helm in force, moves up alone, and environments are named once Helm 3 stands beside"
    )
    func helmfile() throws {
        var playbook = try playbook(helm: [13: "2.14.3", 14: "2.15.2", 15: "2.16.12"])
        func version(_ text: String) throws -> PackageVersion { try #require(PackageVersion("\(text)-1")) }
        func moves(_ versions: [Int: String]) throws -> StatedCheck {
            playbook.helm?.helmfile = HelmProgramPackages(
                packages: ["helmfile"],
                versions: try Dictionary(
                    uniqueKeysWithValues: versions.map { (MinorRelease(major: 1, minor: $0), try version($1)) }
                )
            )
            return check(playbook, try seen(tiller: "v2.13.1"))
        }
        let right = try moves([13: "0.125.5", 15: "0.135.0"])
        #expect(right.broken.isEmpty && right.violations.isEmpty)
        #expect(right.path.moves.map(\.move.description).contains("helmfile 0.125.5 → 0.135.0"))
        let down = try moves([13: "0.135.0", 15: "0.125.5"])
        #expect(down.broken.map(\.rule.says) == ["helmfile goes up"])
        // 1.0 has no code for Helm 2.
        let broken = try moves([13: "1.0.0"])
        #expect(broken.broken.contains { $0.rule.says.contains("has no code for Helm 2") })
        playbook.helm?.helm3 = HelmProgramPackages(
            packages: ["helm3"],
            versions: [MinorRelease(major: 1, minor: 16): try version("3.4.2")]
        )
        playbook.helm?.environments = ["prod.yaml", "staging.yaml"]
        let noted = try moves([13: "0.125.5", 15: "0.135.0"])
        #expect(
            noted.path.notes == [
                "from 1.16 on, write `helmBinary: helm3` for each environment that is moved to Helm 3, in prod.yaml, "
                    + "staging.yaml"
            ]
        )
    }

    @Test("moves where they belong are in range all the way, and nothing has to be accepted")
    func inRange() throws {
        let playbook = try playbook(
            calico: [12: "3.7.5", 14: "3.12.3"],
            helm: [13: "2.14.3", 14: "2.15.2", 15: "2.16.12"]
        )
        let check = check(playbook, try seen(calico: "v3.5.8", tiller: "v2.13.1"))
        #expect(check.isAllowed && check.violations.isEmpty && check.broken.isEmpty && check.path.notes.isEmpty)
    }

    @Test("Kubernetes first and Calico later needs a yes for each state, and is avoidable")
    func late() throws {
        let late = try playbook(to: 14, calico: [14: "3.7.5"])
        let check = check(late, try seen(calico: "v3.5.8"))
        #expect(
            check.violations.map(\.violation.id) == [
                "calico-3.5@1.12-1.13", "calico-3.5@1.13", "calico-3.5@1.13-1.14", "calico-3.5@1.14",
            ]
        )
        #expect(check.violations.map(\.violation.distance) == [1, 1, 2, 2])
        #expect(check.violations.allSatisfy(\.isAvoidable) && !check.isAllowed)
        let some = try playbook(to: 14, calico: [14: "3.7.5"], accepted: ["calico-3.5@1.12-1.13"])
        #expect(!self.check(some, try seen(calico: "v3.5.8")).isAllowed)
        let all = try playbook(to: 14, calico: [14: "3.7.5"], accepted: check.violations.map(\.violation.id))
        #expect(self.check(all, try seen(calico: "v3.5.8")).isAllowed)
    }

    @Test("a rule is not lifted by any yes: Calico 3.7 from 2.6, and 1.16 with Calico 2")
    func rules() throws {
        let jump = try playbook(to: 13, calico: [12: "3.7.5"], accepted: ["calico-2.6@1.12"])
        let broken = check(jump, try seen(calico: "v2.6.12"))
        #expect(broken.broken.map(\.rule.id) == ["path/C1"])
        #expect(broken.violations.allSatisfy { $0.acceptance != nil } && !broken.isAllowed)
        let old = check(try playbook(calico: [13: "2.6.12"]), try seen(calico: "v2.2.1"))
        #expect(old.broken.map(\.rule.id) == ["calico/C1"])
        #expect(old.broken.first?.move?.description == "Kubernetes 1.15 → 1.16")
        let etcd = check(try playbook(calico: [12: "2.6.12"]), try seen(calico: "v2.2.1", etcd: "3.4.3"))
        #expect(etcd.broken.map(\.rule.id) == ["calico/C4"])
        let down = check(try playbook(to: 13, helm: [13: "2.13.1"]), try seen(tiller: "v2.16.12"))
        #expect(down.broken.map(\.rule.id) == ["path/H1"])
    }

    @Test("what runs counts, and a difference to what the playbook expects is said")
    func difference() throws {
        let playbook = try playbook(to: 15, calico: [13: "3.7.5", 14: "3.12.3"])
        let start = MinorRelease(major: 1, minor: 14)
        let check = check(playbook, try seen(calico: "v3.9.6"), from: start)
        #expect(check.path.notes.count == 1)
        #expect(check.path.notes.first?.contains("3.9.6 runs") == true)
        #expect(check.path.moves.first?.move.description == "Calico 3.9.6 → 3.12.3")
        #expect(check.isAllowed)
    }

    @Test("what runs is judged though the playbook names it not: moves are the playbook's, what it leaves is not")
    func nothing() throws {
        let silent = check(try playbook(to: 13), try seen(calico: "v2.2.1", tiller: "v2.16.12"))
        #expect(!silent.isAllowed && silent.path.moves.map(\.move.component) == [.kubernetes])
        #expect(
            silent.violations.map(\.violation.id) == [
                "calico-2.2@1.12", "helm-2.16@1.12", "calico-2.2@1.12-1.13", "helm-2.16@1.12-1.13", "calico-2.2@1.13",
                "helm-2.16@1.13",
            ]
        )
        let yes = try playbook(to: 13, accepted: silent.violations.map(\.violation.id))
        #expect(check(yes, try seen(calico: "v2.2.1", tiller: "v2.16.12")).isAllowed)
        // No yes lifts the rule that 1.16 needs a Calico of 3.1.
        let far = check(try playbook(), try seen(calico: "v2.2.1"))
        #expect(far.broken.map(\.rule.id) == ["calico/C1"])
        #expect(check(try playbook(), try seen()).isAllowed)
    }

    @Test("which components were judged is told from those that were not")
    func judged() throws {
        let none = check(try playbook(to: 13), try seen()).path.components
        #expect(none.judged == [.etcd] && none.notJudged == [.calico, .helm, .helmfile])
        let both = check(try playbook(to: 13), try seen(calico: "v3.7.5", tiller: "v2.14.3")).path.components
        #expect(both.judged == [.calico, .helm, .etcd] && both.notJudged == [.helmfile])
    }

    @Test("etcd below what a release recommends for production is out of range, and has to be upgraded or accepted")
    func etcd() throws {
        let check = check(try playbook(to: 13), try seen(etcd: "3.1.20"))
        #expect(
            check.violations.map(\.violation.id) == ["etcd-3.1@1.12", "etcd-3.1@1.12-1.13", "etcd-3.1@1.13"]
        )
        #expect(check.violations.map(\.isAvoidable) == [false, true, true])
        #expect(check.best?.steps.first?.move.description == "etcd 3.1.20 → 3.2.10")
    }

    /// The configuration of the etcd host and of a worker, as a host answers it.
    private func configured(
        etcd flags: [String] = [],
        server: [String] = [],
        network: String? = nil,
        _ seen: Observation
    ) -> Observation {
        var seen = seen
        var master = HostConfiguration()
        master.daemons = [
            .init(name: "etcd", program: "/usr/bin/etcd", words: flags),
            .init(name: "kube-apiserver", program: "/usr/bin/kube-apiserver", words: server),
        ]
        seen.record(.hostConfiguration(master), to: .hostConfiguration(host: "m"))
        if let network {
            var worker = HostConfiguration()
            worker.files = [.init(kind: .network, path: "/etc/cni/net.d/10-calico.conflist", text: network)]
            seen.record(.hostConfiguration(worker), to: .hostConfiguration(host: "w"))
        }
        return seen
    }

    @Test("Calico 2 on an etcd 3.4 that answers the v2 API breaks no rule; without the flag it does")
    func bothAPIs() throws {
        let playbook = try playbook(to: 13, calico: [12: "2.6.12"])
        func broken(_ flags: [String]) throws -> [String] {
            let seen = configured(etcd: flags, try seen(calico: "v2.2.1", etcd: "3.4.3"))
            return check(playbook, seen).broken.map(\.rule.id)
        }
        #expect(try broken(["--enable-v2"]) == [])
        #expect(try broken(["--enable-v2=true"]) == [])
        #expect(try broken(["--enable-v2=false"]) == ["calico/C4"])
        #expect(try broken([]) == ["calico/C4"])
    }

    @Test("an API server on etcd's v2 store is known by its flag, and does not go to 1.13")
    func storage() throws {
        let seen = configured(server: ["--storage-backend=etcd2"], try seen(calico: "v3.5.8"))
        #expect(DetectedVersions(seen, try playbook()).point(planner.knowledge)?.etcd?.holdsV2Objects == true)
        #expect(check(try playbook(to: 13), seen).broken.map(\.rule.id) == ["path/E1"])
    }

    @Test("where Calico's data is says its DaemonSet, or else its CNI configuration, or else its release")
    func datastores() throws {
        func datastore(_ version: String, type: String?, network: String? = nil) throws -> CalicoDatastore? {
            var seen = configured(network: network, try seen())
            let state = DaemonSetState(
                image: "calico/node:\(version)",
                updateStrategy: "OnDelete",
                datastoreType: type,
                pods: [:]
            )
            seen.record(.daemonSet(state), to: .daemonSet(namespace: "kube-system", name: "calico-node"))
            return DetectedVersions(seen, try playbook()).point(planner.knowledge)?.calico?.datastore
        }
        let cni = #"{"plugins": [{"type": "calico", "datastore_type" : "kubernetes"}]}"#
        #expect(try datastore("v3.5.8", type: "kubernetes") == .customResources)
        #expect(try datastore("v3.5.8", type: nil, network: cni) == .customResources)
        #expect(try datastore("v3.5.8", type: "etcdv3", network: cni) == .etcdv3)
        #expect(try datastore("v3.5.8", type: nil) == .etcdv3)
        #expect(try datastore("v2.2.1", type: "kubernetes") == .thirdPartyResources)
        #expect(try datastore("v2.2.1", type: "etcdv2") == .etcdv2)
    }

    @Test("the configuration of hosts is asked for only where the path depends on it")
    func moreProbes() throws {
        let playbook = try playbook()
        let old = DetectedVersions(try seen(calico: "v2.2.1"), playbook).moreProbes(playbook)
        #expect(old == [.hostConfiguration(host: "m"), .hostConfiguration(host: "w")])
        var newer = DetectedVersions(try seen(), playbook)
        newer.kubernetes = MinorRelease(major: 1, minor: 13)
        #expect(newer.moreProbes(playbook) == [])
    }

    @Test("an image that says no version is said; the path is checked from the first stated one on")
    func unknown() throws {
        let check = check(try playbook(to: 15, calico: [13: "3.7.5"]), try seen(calico: "simulated"))
        #expect(check.path.notes == ["the image `reg:5000/calico/node:simulated` says no version"])
        #expect(check.violations.map(\.violation.id) == ["calico-3.7@1.14-1.15", "calico-3.7@1.15"])
    }

    @Test("a yes to what the path does not have is told")
    func idle() throws {
        let playbook = try playbook(to: 13, calico: [12: "3.7.5"], accepted: ["calico-2.2@1.12"])
        #expect(check(playbook, try seen(calico: "v3.5.8")).idle.map(\.violation) == ["calico-2.2@1.12"])
    }
}
