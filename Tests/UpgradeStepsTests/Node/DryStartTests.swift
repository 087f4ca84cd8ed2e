import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Dry-start")
struct DryStartTests {
    let step = DryStart()
    let node = PackageSpec(name: "kubernetes-node", version: .target)

    /// The package is fetched and both daemons of a worker print the version of the hop.
    private func fetched(_ change: (inout DryStartResult) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        var result = DryStartResult(
            archives: [node],
            trials: ["kubelet", "kube-proxy"].map { .init(unit: $0, version: PackageVersion.target.kubernetes) }
        )
        change(&result)
        scene.dryStarts["w1"] = result
        return scene
    }

    @Test("the package is fetched first, and nothing is left to do once its daemons have started")
    func fetches() throws {
        #expect(try Scene().decide(step, "prepare-workers", on: "w1") == [.download(host: "w1", packages: [node])])
        #expect(try fetched().decide(step, "prepare-workers", on: "w1") == [])
    }

    @Test("a control-plane host is asked about its own package and daemons")
    func controlPlane() throws {
        let package = PackageSpec(name: "kubernetes-master", version: .target)
        let probes = step.probes(Scene().context(step.id, "prepare-control-plane", on: "cp1"))
        let units = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]
        #expect(probes.contains(.dryStart(host: "cp1", packages: [package], units: units)))
        #expect(
            try Scene().decide(step, "prepare-control-plane", on: "cp1") == [
                .download(host: "cp1", packages: [package])
            ]
        )
    }

    @Test("what is installed already is neither fetched nor started")
    func done() throws {
        #expect(try Scene.done().decide(step, "prepare-workers", on: "w1") == [])
    }

    @Test("an install that was interrupted is left to the step that ends it on a cordoned node")
    func interrupted() throws {
        var scene = Scene()
        scene.packages["w1"]?["kubernetes-node"] = InstalledPackage(version: .target, isConfigured: false)
        #expect(try scene.decide(step, "prepare-workers", on: "w1") == [])
    }

    @Test("a package on hold stops the host before its node is cordoned")
    func held() throws {
        var scene = fetched()
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        #expect(
            try scene.refusal(step, "prepare-workers", on: "w1") == .packageHeld(host: "w1", package: "kubernetes-node")
        )
        scene.playbook.packageHolds = .keep
        scene.dryStarts["w1"]?.trials[0].status = 1
        guard case .dryStartRefused = try scene.refusal(step, "prepare-workers", on: "w1") else {
            Issue.record("its daemons are tried all the same")
            return
        }
    }

    @Test("an unknown flag is refused by name, with the file and line that have it")
    func unknownFlag() throws {
        let output = "F1128 07:00:00.000000   1 server.go:158] unknown flag: --allow-privileged"
        var scene = fetched {
            $0.trials[0] = .init(unit: "kubelet", status: 255, version: nil, output: output)
        }
        scene.configurations["w1"] = HostConfiguration(
            files: [
                .init(kind: .unit, path: "/lib/kubelet.service", text: "ExecStart=/usr/bin/kubelet $DAEMON_ARGS"),
                .init(
                    kind: .environment,
                    path: "/etc/default/kubelet",
                    text: "# by hand\nDAEMON_ARGS=\"--v=2 --allow_privileged=true\""
                ),
            ],
            daemons: [
                .init(
                    name: "kubelet",
                    files: ["/lib/kubelet.service", "/etc/default/kubelet"],
                    program: "/usr/bin/kubelet",
                    words: ["--v=2", "--allow_privileged=true"]
                )
            ]
        )
        #expect(
            try scene.refusal(step, "prepare-workers", on: "w1")
                == .dryStartRefused(
                    host: "w1",
                    daemon: "kubelet",
                    version: .target,
                    flag: "--allow-privileged",
                    place: "w1 /etc/default/kubelet:2",
                    output: output
                )
        )
    }

    @Test("a daemon of another version than its package says is refused")
    func otherVersion() throws {
        let scene = fetched { $0.trials[1].version = PackageVersion.start.kubernetes }
        guard
            case .dryStartRefused(_, "kube-proxy", _, nil, nil, _) = try scene.refusal(
                step,
                "prepare-workers",
                on: "w1"
            )
        else {
            Issue.record("not refused")
            return
        }
    }

    @Test("a daemon whose program the new packages do not have is refused: the install would not change what runs")
    func elsewhere() throws {
        let scene = fetched {
            $0.trials.removeFirst()
            $0.elsewhere = ["kubelet": "/usr/local/bin/kubelet"]
        }
        #expect(
            try scene.refusal(step, "prepare-workers", on: "w1")
                == .programElsewhere(host: "w1", unit: "kubelet", program: "/usr/local/bin/kubelet", packages: [node])
        )
    }

    @Test("a daemon that does not end at --version is refused")
    func endless() throws {
        let scene = fetched { $0.trials[0] = .init(unit: "kubelet", status: 124, version: nil, output: "starting") }
        guard
            case .dryStartRefused(_, "kubelet", _, nil, nil, "it did not end at --version") = try scene.refusal(
                step,
                "prepare-workers",
                on: "w1"
            )
        else {
            Issue.record("not refused")
            return
        }
    }

    @Test("a unit that does not run stops nothing: it has no arguments to try")
    func stopped() throws {
        let scene = fetched { $0.trials = [] }
        #expect(try scene.decide(step, "prepare-workers", on: "w1") == [])
    }

    @Test(
        "the flag is found in what each kind of daemon prints",
        arguments: [
            ("unknown flag: --enable-logs-handler", "--enable-logs-handler"),
            ("Error: unknown flag: --x_y", "--x_y"),
            ("invalid argument \"No=true\" for \"--feature-gates\" flag: unrecognized key: No", "--feature-gates"),
            ("invalid argument \"x\" for \"-v, --v\" flag: strconv.Atoi", "--v"),
            ("unknown shorthand flag: 'q' in -q", "-q"),
            ("panic: unknown", nil),
        ] as [(String, String?)]
    )
    func flags(output: String, flag: String?) {
        #expect(RefusedStart.flag(in: output) == flag)
    }
}
