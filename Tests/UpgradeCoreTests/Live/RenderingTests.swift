import FoundationEssentials
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("rendering")
struct RenderingTests {
    private static let conversion = HelmConversion(
        source: HelmSource(storage: .configMap, namespace: "kube-system", name: "web.v3"),
        digest: "d1",
        release: "web",
        revision: 3,
        namespace: "shop",
        mark: "run-1"
    )

    private static let silence = AlertSilence(
        name: "staging",
        alertmanager: "http://alerts.example.org:9093",
        matchers: [AlertMatcher(name: "cluster", value: "staging")],
        lasts: .seconds(3600),
        mark: "run-1"
    )

    /// One action of every kind, as a chain: the compiler asks for the sample of a new one.
    static func action(after action: Action?) throws -> Action? {
        switch action {
        case nil: .refreshPackageLists(host: "cp1")
        case .refreshPackageLists:
            .download(
                host: "cp1",
                packages: [PackageSpec(name: "kubernetes-master", version: try LiveScene.version("1.14.10-1"))]
            )
        case .download:
            .keepArchives(
                host: "cp1",
                packages: [PackageSpec(name: "kubernetes-master", version: try LiveScene.version("1.13.12-1"))],
                directory: "/var/lib/upgrader/rollback"
            )
        case .keepArchives:
            .install(
                host: "cp1",
                packages: [PackageSpec(name: "kubernetes-master", version: try LiveScene.version("1.14.10-1"))],
                conffiles: [
                    ConffileDecision(package: "kubernetes-master", path: "/etc/a", choice: .keep, present: "0a"),
                    ConffileDecision(package: "kubernetes-master", path: "/etc/b", choice: .take, present: nil),
                    ConffileDecision(package: "kubernetes-master", path: "/etc/c d", choice: .merge, present: "0c"),
                ]
            )
        case .install:
            .downgrade(
                host: "w1",
                packages: [PackageSpec(name: "kubernetes-node", version: try LiveScene.version("1.13.12-1"))],
                directory: "/var/lib/upgrader/rollback"
            )
        case .downgrade: .configurePending(host: "cp1")
        case .configurePending: .mask(host: "cp1", unit: "kube-apiserver.service")
        case .mask: .unmask(host: "cp1", unit: "kube-apiserver.service")
        case .unmask: .restart(host: "cp1", unit: "kube-apiserver.service")
        case .restart: .unhold(host: "w1", package: "kubernetes-node")
        case .unhold: .hold(host: "w1", package: "kubernetes-node")
        case .hold: .pause(host: "cp1", unit: "apt-daily.timer")
        case .pause: .unpause(host: "cp1", unit: "apt-daily.timer")
        case .unpause: .saveSnapshot(host: "etcd1", path: "/var/lib/upgrader/snapshots/1.db")
        case .saveSnapshot:
            .proveSnapshot(host: "etcd1", path: "/var/lib/upgrader/snapshots/1.db", key: "/registry/namespaces/x")
        case .proveSnapshot:
            .archive(host: "cp1", sources: ["/etc/kubernetes", "/etc/my files"], path: "/var/lib/upgrader/a.tar.gz")
        case .archive: .fetch(host: "etcd1", path: "/var/lib/upgrader/snapshots/1.db", localPath: "state/1.db")
        case .fetch: .prune(host: "etcd1", directory: "/var/lib/upgrader/snapshots", prefix: "staging[1]-", keep: 5)
        case .prune: .cordon(node: "w1.example.org", mark: "run-1")
        case .cordon: .uncordon(node: "w1.example.org", mark: "run-1")
        case .uncordon:
            .drain(
                node: "w1.example.org",
                options: DrainOptions(deadline: .seconds(300), deletesBarePods: true, deletesEmptyDirData: true)
            )
        case .drain:
            .setUpdateStrategy(
                namespace: "kube-system",
                daemonSet: "calico-node",
                to: "OnDelete",
                prior: "RollingUpdate"
            )
        case .setUpdateStrategy:
            .setDaemonSetImage(
                namespace: "kube-system",
                daemonSet: "calico-node",
                container: "calico-node",
                image: "calico/node:v3.17.0",
                prior: "calico/node:v3.12.3"
            )
        case .setDaemonSetImage:
            .setDeploymentImage(
                namespace: "kube-system",
                deployment: "tiller-deploy",
                container: "tiller",
                image: "tiller:v2.17.0"
            )
        case .setDeploymentImage: .deletePod(namespace: "kube-system", name: "calico-node-x7", uid: "81c17696")
        case .deletePod:
            .hook(
                name: "silence",
                host: "w1",
                words: ["silence", "--token=abc", "it's"],
                receipt: "/r",
                deadline: .seconds(60)
            )
        case .hook: .convertHelmRelease(conversion)
        case .convertHelmRelease: .removeHelmSecret(conversion)
        case .removeHelmSecret:
            .mapHelmRelease(
                HelmMapping(
                    helm: 3,
                    source: HelmSource(storage: .secret, namespace: "shop", name: "sh.helm.release.v1.web.v3"),
                    digest: "d1",
                    release: "web",
                    revision: 3,
                    next: 5,
                    apis: [APIMove(from: "extensions/v1beta1", kind: "Deployment", to: "apps/v1")],
                    mark: "run-1"
                )
            )
        case .mapHelmRelease: .retireHelmRecord(HelmRetirement(source: conversion.source, digest: "d1"))
        case .retireHelmRecord: .removeTiller(namespace: "kube-system")
        case .removeTiller: .openSilence(silence)
        case .openSilence: .closeSilence(silence)
        case .closeSilence: .saveCalico(host: "cp1", path: "/var/lib/upgrader/calico/1.tar.gz", part: .objects)
        case .saveCalico(_, _, .objects):
            .saveCalico(host: "etcd1", path: "/var/lib/upgrader/calico/2.tar.gz", part: .etcdv2)
        case .saveCalico(_, _, .etcdv2):
            .saveCalico(host: "etcd1", path: "/var/lib/upgrader/calico/3.tar.gz", part: .etcdv3)
        case .saveCalico: .migrateCalico(host: "cp1", store: "etcd1", stage: .validate, mark: "run-1")
        case .migrateCalico(let host, let store, let stage, let mark):
            CalicoStage.allCases.drop { $0 != stage }.dropFirst().first.map {
                .migrateCalico(host: host, store: store, stage: $0, mark: mark)
            } ?? .switchCalico(host: "w1")
        case .switchCalico:
            .setDaemonSetVariable(
                namespace: "kube-system",
                daemonSet: "calico-node",
                container: "calico-node",
                name: "DATASTORE_TYPE",
                value: "etcdv3",
                prior: "etcdv2"
            )
        case .setDaemonSetVariable: .pullImage(host: "w1", image: "calico/node:v3.7.5", client: .crictl)
        case .pullImage(let host, let image, .crictl): .pullImage(host: host, image: image, client: .docker)
        case .pullImage(let host, let image, .docker): .pullImage(host: host, image: image, client: .ctr)
        case .pullImage: .dropMark(.mask(host: "cp1", unit: "kube-scheduler"))
        case .dropMark(.mask):
            .dropMark(
                .updateStrategy(
                    namespace: "kube-system",
                    daemonSet: "calico-node",
                    set: "OnDelete",
                    prior: "RollingUpdate"
                )
            )
        case .dropMark(.updateStrategy): .dropMark(.cordon(node: "w1.example.org", mark: "run-1"))
        case .dropMark:
            .placeFile(
                host: "etcd1",
                localPath: "snapshots/1.db",
                path: "/var/lib/upgrader/snapshots/1.db",
                sha256: "5e"
            )
        case .placeFile:
            .stageEtcd(host: "etcd1", path: "/var/lib/upgrader/snapshots/1.db", sha256: "5e", mark: "run-1")
        case .stageEtcd: .swapEtcd(host: "etcd1", mark: "run-1")
        case .swapEtcd: .restartAll(host: "w1", units: ["kubelet", "kube-proxy"], receipt: "/var/lib/upgrader/r")
        case .restartAll: nil
        }
    }

    /// One probe of every kind, as a chain.
    static func probe(after probe: Probe?) -> Probe? {
        switch probe {
        case nil: .identity(host: "cp1")
        case .identity: .freeSpace(host: "cp1", path: "/var/lib/upgrader")
        case .freeSpace: .packages(host: "w1", names: ["kubernetes-node", "kubernetes-client"])
        case .packages: .candidates(host: "w1", names: ["kubernetes-node"])
        case .candidates:
            .archives(
                host: "w1",
                packages: [PackageVersion("1.14.10-1")].compactMap { version in
                    version.map { PackageSpec(name: "kubernetes-node", version: $0) }
                }
            )
        case .archives(_, let packages): .dryStart(host: "w1", packages: packages, units: ["kubelet", "kube-proxy"])
        case .dryStart(_, let packages, _): .conffiles(host: "w1", packages: packages)
        case .conffiles: .packageSystem(host: "w1")
        case .packageSystem: .unit(host: "w1", unit: "kubelet.service")
        case .unit: .etcdMember(host: "etcd1")
        case .etcdMember: .snapshot(host: "etcd1", path: "/var/lib/upgrader/snapshots/1.db")
        case .snapshot: .file(host: "cp1", path: "/etc/default/kube-apiserver")
        case .file: .files(host: "cp1", directory: "/var/lib/upgrader/snapshots", prefix: "upgrader-")
        case .files: .localFile(path: "state/1.db")
        case .localFile: .apiServer(host: "cp2")
        case .apiServer: .leader(component: "kube-scheduler")
        case .leader: .nodes
        case .nodes: .node("w1.example.org")
        case .node: .podsOnNode("w1.example.org")
        case .podsOnNode: .budgets
        case .budgets: .daemonSet(namespace: "kube-system", name: "calico-node")
        case .daemonSet: .deployment(namespace: "kube-system", name: "tiller-deploy")
        case .deployment: .hostConfiguration(host: "w1")
        case .hostConfiguration: .pods
        case .pods: .objects
        case .objects: .helmManifests
        case .helmManifests: .helmReleases(compares: false)
        case .helmReleases: .helmPresence
        case .helmPresence: .helmVersion(host: "cp1", of: .client("helm"))
        case .helmVersion(_, .client): .helmVersion(host: "cp1", of: .tiller(namespace: "kube-system"))
        case .helmVersion(_, .tiller): .helmVersion(host: "cp1", of: .helmfile)
        case .helmVersion(_, .helmfile): .apiRequests(host: "cp2")
        case .apiRequests: .unreachedKubelets(host: "cp2")
        case .unreachedKubelets: .bgpPeers(host: "w1")
        case .bgpPeers: .silence(silence)
        case .silence: .apiServers
        case .apiServers: .calicoStores(host: "etcd1")
        case .calicoStores: .calicoConfiguration(host: "w1")
        case .calicoConfiguration: .podReach(host: "w1", node: "w1.example.org")
        case .podReach: .nodeImage(host: "w1", image: "registry.example.org/calico/node:v3.7.5", client: nil)
        case .nodeImage(let host, _, nil): .nodeImage(host: host, image: "calico/node:v3.7.5", client: .ctr)
        case .nodeImage: .programs(host: "cp1", names: ["calicoctl", "calico-upgrade"])
        case .programs: .marks(host: "w1")
        case .marks: .markedDaemonSets
        case .markedDaemonSets: .silenceMarks(silence)
        case .silenceMarks: .etcdRestore(host: "etcd1", mark: "run-1")
        case .etcdRestore: .newerFiles(host: "w1", unit: "calico-node", packages: ["calico-node", "calicoctl"])
        case .newerFiles: nil
        }
    }

    @Test("every action and every probe has its golden lines")
    func golden() throws {
        let playbook = try LiveScene.playbook()
        var text = ""
        var action = try Self.action(after: nil)
        while let next = action {
            text += "# \(Mirror(reflecting: next).children.first?.label ?? "")\n"
            for line in CommandRendering.commands(for: next, playbook: playbook) {
                text += "\(line.means.rawValue) \(line.command.needsRoot ? "root@" : "")\(line)\n"
            }
            action = try Self.action(after: next)
        }
        var probe = Self.probe(after: nil)
        while let next = probe {
            text += "# ?\(Mirror(reflecting: next).children.first?.label ?? "\(next)")\n"
            if let line = ProbeRendering.command(for: next, playbook: playbook) {
                text += "\(line.command.needsRoot ? "root@" : "")\(line)\n"
            } else {
                text += "answered on the operator's machine\n"
            }
            probe = Self.probe(after: next)
        }
        try Golden.expect(text, matches: "Tests/UpgradeCoreTests/Golden/commands.txt")
    }

    @Test("systemd reads the files of Calico's unit anew before it is restarted, and of no other")
    func calicoUnit() throws {
        var playbook = try LiveScene.playbook()
        func restart(_ unit: String) -> [String] {
            CommandRendering.commands(for: .restart(host: "w1", unit: unit), playbook: playbook).map { "\($0)" }
        }
        #expect(restart("calico-node") == ["w1: systemctl restart -- calico-node"])
        playbook.calico = CalicoOptions(versions: [:])
        playbook.calico?.unit = "calico-node"
        let script = "/bin/sh -c 'systemctl daemon-reload && exec systemctl restart -- \"$1\"'"
        #expect(restart("calico-node") == ["w1: \(script) upgrader-restart-calico calico-node"])
        #expect(restart("kubelet") == ["w1: systemctl restart -- kubelet"])
        let files = Probe.newerFiles(host: "w1", unit: "calico-node", packages: ["calico-cni", "calicoctl"])
        let question = try #require(ProbeRendering.command(for: files, playbook: playbook))
        #expect("\(question)".hasSuffix(" upgrader-newer-files calico-node calico-cni calicoctl"))
    }

    @Test("a drain without permissions asks for none")
    func frugalDrain() throws {
        let action = Action.drain(node: "w1", options: DrainOptions(deadline: .seconds(90)))
        let lines = CommandRendering.commands(for: action, playbook: try LiveScene.playbook())
        #expect(
            lines.map(\.command.words) == [
                [
                    "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "drain", "w1", "--ignore-daemonsets",
                    "--timeout=90s",
                ]
            ]
        )
    }

    @Test("a job is started with every dollar doubled, since systemd expands variables in its words")
    func dollars() {
        let start = JobUnit(name: "u").start(["echo", "${HOME} $1"])
        #expect(start.words.last == "$${HOME} $$1")
        #expect(start.words.contains("--unit=u"))
        #expect(start.needsRoot)
    }

    @Test(
        "secrets are taken out of text",
        arguments: [
            ("kubectl --token=abc.def get", "kubectl --token=[redacted] get"),
            ("x --password s3cret y", "x --password [redacted] y"),
            ("Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.x", "Authorization: Bearer [redacted]"),
            (#"{"token":"abc","a":1}"#, #"{"token":[redacted],"a":1}"#),
            ("password: hunter2\nnext", "password: [redacted]\nnext"),
            ("https://user:pw@example.org/", "https://user:[redacted]@example.org/"),
            ("a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n", "a\n[redacted]"),
            ("nothing here: 3 tokens left", "nothing here: 3 tokens left"),
            ("AWS_SECRET_ACCESS_KEY=a,b;c", "AWS_SECRET_ACCESS_KEY=[redacted]"),
            ("SECRET_KEY_BASE=a PRIVATE_KEY=b", "SECRET_KEY_BASE=[redacted] PRIVATE_KEY=[redacted]"),
            ("x --auth-token a --client-secret b y", "x --auth-token [redacted] --client-secret [redacted] y"),
            ("x --access-key a --pass b y", "x --access-key [redacted] --pass [redacted] y"),
            ("Authorization: token abc", "Authorization: token [redacted]"),
            ("curl -H 'Authorization: abc' x", "curl -H 'Authorization: [redacted]' x"),
            ("curl -u admin:abc x", "curl -u admin:[redacted] x"),
            ("https://abc@h/", "https://[redacted]@h/"),
            ("https://u:a/b@h/", "https://u:[redacted]@h/"),
            (#"token=\"abc\" x"#, "token=[redacted] x"),
            (#"{\"token\":\"abc\",\"a\":1}"#, #"{\"token\":[redacted],\"a\":1}"#),
            (#"password="abc"#, "password=[redacted]"),
            ("error: password: abc", "error: password: [redacted]"),
        ]
    )
    func redaction(text: String, expected: String) {
        #expect(Redaction.redact(text) == expected)
        #expect(Redaction.redact(expected) == expected, "taking secrets out twice takes out more")
    }

    @Test("secrets are taken out of the words of a command, spaces and quotes as well")
    func wordRedaction() {
        let words = [
            "env", "DB_PASSWORD=a 'b", "x", "--auth-token", "c d", "-u", "me:e f", "-H", "Authorization: token g",
        ]
        let expected =
            "env 'DB_PASSWORD=[redacted]' x --auth-token [redacted] -u me:[redacted] -H 'Authorization: token [redacted]'"
        #expect(
            Redaction.redact(Command(words)).replacing("'DB_PASSWORD=[redacted]'", with: "DB_PASSWORD=[redacted]")
                == expected.replacing("'DB_PASSWORD=[redacted]'", with: "DB_PASSWORD=[redacted]")
        )
    }

    @Test("a long text without spaces is searched in time", .timeLimit(.minutes(1)))
    func longRedaction() {
        let text = String(repeating: "a-", count: 1 << 18)
        #expect(Redaction.redact(text) == text)
    }

    @Test(
        "no secret of a command that failed is told or recorded",
        arguments: [
            AccessError.commandFailed(
                host: "w1",
                command: "x --token=MARKER",
                status: "exit 1",
                output: "token: MARKER"
            ),
            .unreadable(host: "w1", command: "x --token=MARKER", reason: "token: MARKER"),
            .remote(.deadlinePassed(host: "w1", command: "x --token=MARKER", deadline: .seconds(1))),
        ]
    )
    func errorRedaction(error: AccessError) throws {
        #expect(error.ran?.contains("x --token=[redacted]") == true)
        let key = try #require(StepKey("1.13-1.14/workers/drain@w1"))
        #expect(!"\(Record.failed(key, attempt: 1, .access(error)).redacted)".contains("MARKER"))
    }
}
