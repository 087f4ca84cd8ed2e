import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("What an operator is told")
struct UnmetTextTests {
    @Test("every reason says why and what next")
    func texts() throws {
        let text = Self.samples.map { "why:  \($0.why)\nnext: \($0.next)\n" }.joined(separator: "\n")
        try Golden.expect(text, matches: "Tests/UpgradeStepsTests/Golden/unmet.txt")
    }

    @Test("what is to be changed in the playbook is said to change it: such a run is begun anew and not resumed")
    func playbook() {
        // `with the same playbook` asks for no change; a command's argument is written in capitals.
        let asks = Self.samples.filter { $0.next.replacing("the same playbook", with: "").contains("playbook") }
        #expect(asks.count > 10)
        for unmet in asks { #expect(unmet.mayChangePlaybook, "\(unmet.next)") }
    }

    private static let old = PackageVersion.start
    private static let new = PackageVersion.target
    private static let spec = PackageSpec(name: "kubernetes-node", version: new)

    private static let samples: [Unmet] = [
        .nodeMissing(node: "w1.example.org"),
        .mustBeCordoned(node: "w1.example.org"),
        .nodeNotReady(node: "w1.example.org"),
        .kubeletVersion(node: "w1.example.org", found: old.kubernetes, expected: new.kubernetes),
        .kubeletVersion(node: "w1.example.org", found: nil, expected: nil),
        .noCandidate(host: "w1", packages: [spec, PackageSpec(name: "kubernetes-node", version: .later)]),
        .archivesDiffer(
            package: spec,
            hosts: [
                String(repeating: "a", count: 64): ["w1", "w2", "w3", "w4"], String(repeating: "b", count: 64): ["w5"],
            ],
            others: 0
        ),
        .archivesDiffer(
            package: spec,
            hosts: [String(repeating: "a", count: 64): ["w1"], String(repeating: "b", count: 64): ["w1"]],
            others: 2
        ),
        .noKeptArchive(host: "w1", packages: [spec], directory: "/var/lib/upgrader/rollback"),
        .packageHeld(host: "w1", package: "kubernetes-node"),
        .unexpectedPackage(host: "w1", package: "kubernetes-node", found: .later, expected: [old, new]),
        .unexpectedPackage(host: "w1", package: "kubernetes-node", found: nil, expected: [old, new]),
        .packageSystemUnclean(host: "w1", audit: "The following packages\n vim is half configured\n"),
        .packageLockHeld(host: "w1", by: "apt-get (pid 714)"),
        .noRoot(host: "w1"),
        .machineChanged(host: "w1", expected: "id-w1", found: "id-new"),
        .machineTwice(host: "w1", other: "w2"),
        .clockSkew(host: "w1", seconds: -42.4, limit: 30),
        .spaceShort(host: "w1", path: "/var", free: .mebibytes(100), needed: .mebibytes(1024)),
        .unitMissing(host: "w1", unit: "kube-proxy"),
        .unitMasked(host: "cp1", unit: "kube-scheduler"),
        .unitNotRunning(host: "cp1", unit: "kube-scheduler", found: old.kubernetes, expected: new.kubernetes),
        .unitNotRunning(host: "cp1", unit: "kube-scheduler", found: nil, expected: nil),
        .programElsewhere(host: "w1", unit: "kubelet", program: "/usr/local/bin/kubelet", packages: [spec]),
        .etcdUnhealthy(host: "etcd1"),
        .etcdMemberMissing(known: 2, expected: 3),
        .etcdNearQuota(host: "etcd1", size: .mebibytes(2000), quota: .mebibytes(2048)),
        .etcdAlarm(host: "etcd1", alarm: "NOSPACE"),
        .snapshotUnverified(host: "etcd1", path: "/var/lib/upgrader/snapshots/upgrader-run1-1.12-1.13.db"),
        .etcdNotRestorable(host: "etcd1", why: "etcd keeps its log apart from its data (wal-dir)"),
        .etcdNotInPlace(host: "etcd1"),
        .etcdContent(host: "etcd1", revision: 1042, keys: 90, expected: 1000, expectedKeys: 88),
        .etcdContent(host: "etcd1", revision: nil, keys: nil, expected: 1000, expectedKeys: 88),
        .unitStillRuns(host: "cp1", unit: "kube-apiserver"),
        .apiServerUnhealthy(host: "cp1"),
        .apiServerVersion(host: "cp1", found: old.kubernetes, expected: new.kubernetes),
        .noLeader(component: "kube-scheduler"),
        .skewExceeded(
            component: "the kubelet of w1.example.org",
            version: MinorRelease(major: 1, minor: 10),
            apiServer: MinorRelease(major: 1, minor: 13),
            limit: 2
        ),
        .skewExceeded(
            component: "kube-scheduler on cp1",
            version: MinorRelease(major: 1, minor: 13),
            apiServer: MinorRelease(major: 1, minor: 12),
            limit: 1
        ),
        .foreignCordon(node: "w1.example.org"),
        .helmUnconvertible(["kube-system/web.v1: its chart is gone", "a", "b", "c"]),
        .helmUnmappable([
            "kube-system/web: Deployment web of extensions/v1beta1: spec.rollbackTo: an order to roll back"
        ]),
        .helmDiffers(["Secret shop/sh.helm.release.v1.web.v1: manifest differ"]),
        .helmObjectsAbsent(["shop/web: Deployment shop/web is absent"]),
        .helmVersion(program: "helm", host: "cp1", said: "Client: v2.12.0+g1234567", needs: "v2.16.7"),
        .helmProgram(program: "/opt/helm/bin/helm", host: "cp1", said: "", needs: "Helm 2, by which Tiller is asked,"),
        .cordonLeft(node: "w1.example.org"),
        .budgetNeverAllows(budget: "shop/cart", pod: "shop/cart-0", node: "w1.example.org"),
        .twoBudgets(pod: "shop/cart-0", budgets: ["shop/a", "shop/b"]),
        .barePods(node: "w1.example.org", pods: ["shop/tool"]),
        .emptyDirPods(node: "w1.example.org", pods: ["shop/cache-0", "shop/cache-1"]),
        .worseThanBaseline(node: "w1.example.org"),
        .workloadMissing(kind: "DaemonSet", namespace: "kube-system", name: "calico-node"),
        .workloadNotReady(kind: "DaemonSet", namespace: "kube-system", name: "calico-node", on: "w1.example.org"),
        .bgpSessionsDown(
            host: "w1",
            established: 1,
            before: 2,
            others: [BGPPeer(address: "10.0.0.3", info: "Active Socket: Connection refused")]
        ),
        .bgpSessionsDown(host: "w1", established: 0, before: 2, others: []),
        .podsUnreached(
            node: "w1.example.org",
            from: "shop/web-1",
            silent: [PodReach.Target(node: "w2.example.org", pod: "shop/web-2", address: "10.64.2.7:8080")]
        ),
        .podsUnreached(
            node: "w1.example.org",
            from: nil,
            silent: [PodReach.Target(node: "w2.example.org", pod: "shop/web-2", address: "10.64.2.7")]
        ),
        .unitBehind(host: "w1", unit: "calico-node", files: ["/etc/default/calico-node"]),
        .programMissing(host: "cp1", program: "calicoctl", step: "calico-backup"),
        .typhaUnnamed(namespace: "kube-system", deployment: "calico-typha", image: "calico/typha"),
        .rolloutTooWide(namespace: "kube-system", deployment: "calico-typha", unavailable: 3),
        .workloadNotReady(kind: "Deployment", namespace: "kube-system", name: "tiller-deploy", on: nil),
        .fileMissing(host: "w1", path: "/var/lib/upgrader/configuration/run1.tar.gz"),
        .calicoNeedsMigration(from: "2.6.12", to: "3.5.8", release: MinorRelease.start.next),
        .calicoStoreMissing(host: "etcd1"),
        .calicoStoreForeign(host: "etcd1", objects: 3),
        .marksKept([
            "DaemonSet kube-system/calico-node has update strategy OnDelete instead of RollingUpdate by this run"
        ]),
        .calicoDiffers(["IPPool 10.64.0.0/16 is only in etcd's v3 API"]),
        .dryStartRefused(
            host: "w1",
            daemon: "kubelet",
            version: new,
            flag: "--allow-privileged",
            place: "w1 /etc/default/kubelet:3",
            output: "F0101 00:00:00.0 1 server.go:158] unknown flag: --allow-privileged"
        ),
        .dryStartRefused(host: "w1", daemon: "kubelet", version: new, flag: nil, place: nil, output: ""),
        .conffileRefused(
            host: "w1",
            package: "kubernetes-node",
            path: "/etc/default/kubelet",
            difference: ["-DAEMON_ARGS=\"--v=2\"", "+DAEMON_ARGS=\"--v=4\""]
        ),
        .conffileUnmergeable(
            host: "w1",
            package: "kubernetes-node",
            path: "/etc/default/kubelet",
            reason: "both have changed the same lines",
            difference: []
        ),
        .conffilesUnknown(host: "w1", packages: [spec]),
        .foreseen(
            findings: ["kubelet does not start with --x (w1 /etc/default/kubelet:3)", "b", "c", "d"],
            ids: ["flag-removed/kubelet/--x", "b", "c", "d"],
            cure: "take --x out"
        ),
        .notSupportedYet(feature: "the conversion of Helm 2 releases", until: "the Helm migration lands"),
    ]
}
