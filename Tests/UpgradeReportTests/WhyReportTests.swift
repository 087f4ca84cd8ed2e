import Testing
import UpgradeCore
import UpgradeReport
import UpgradeTestSupport

@Suite("Why a run stands where it stands")
struct WhyReportTests {
    private func why(
        _ story: StoryScene,
        holder: String? = nil,
        transcript: [Transcript.Entry] = [],
        takenBack: Set<String> = [],
        directory: String = "state/test/run",
        upgrade: String? = nil,
        restoredBy: String? = nil,
        takenBackBy: String? = nil,
        superseded: String? = nil,
        refusal: ResumeRefusal? = nil,
        plan: Plan? = nil
    ) throws -> WhyReport {
        WhyReport(
            story: RunStory(try story.history),
            plan: plan ?? story.plan,
            playbook: story.scene.playbook,
            titles: story.titles,
            place: RunPlace(
                directory: directory,
                playbook: "play book.yaml",
                holder: holder,
                upgrade: upgrade,
                restoredBy: restoredBy,
                takenBackBy: takenBackBy,
                superseded: superseded
            ),
            transcript: transcript,
            refusal: refusal,
            canTakeBack: takenBack.contains
        )
    }

    @Test("a step that the operator is asked about waits for an answer, until there is one or nobody works on the run")
    func asked() async throws {
        let story = try await StoryScene()
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        let failure = Failure.access(.commandFailed(host: "w1", command: "kubectl", status: "exit 1", output: ""))
        try story.append(.begun(drain, attempt: 1), .failed(drain, attempt: 1, failure))
        let asked = Transcript.Entry(time: 1_795_521_607, key: drain, event: .waits(Transcript.Entry.asked))
        let answered = Transcript.Entry(
            time: 1_795_521_608,
            key: drain,
            event: .waits("the operator has answered abort")
        )
        let waiting = "waits for an answer at the terminal of the run: \(drain)"
        for (holder, transcript, isAsked) in [
            ("root@vm (pid 17)", [asked], true), ("root@vm (pid 17)", [asked, answered], false), (nil, [asked], false),
            ("root@vm (pid 17)", [], false),
        ] {
            let report = try why(story, holder: holder, transcript: transcript)
            #expect(report.causes.map(\.isAsked) == [isAsked], "\(holder ?? "nobody"), \(transcript.count)")
            #expect(report.lines.contains { $0.hasPrefix(waiting) } == isAsked)
        }
        let watching = try why(story, holder: "root@vm (pid 17), ticket 7")
        #expect(watching.choices.map(\.command).contains("kill -INT 17"))
    }

    @Test("what only cleanup may undo has a reason and no command")
    func caution() async throws {
        let story = try await StoryScene()
        let cordon = try story.key("1.12-1.13/workers/cordon@w1")
        try story.append(
            .begun(cordon, attempt: 1),
            .intended(
                cordon,
                attempt: 1,
                index: 0,
                .setUpdateStrategy(
                    namespace: "kube-system",
                    daemonSet: "calico-node",
                    to: "OnDelete",
                    prior: "RollingUpdate"
                )
            ),
            .acted(cordon, attempt: 1, index: 0),
            .intended(cordon, attempt: 1, index: 1, .cordon(node: "w1.example.org", mark: "test")),
            .acted(cordon, attempt: 1, index: 1)
        )
        let report = try why(story)
        #expect(report.ours.map { $0.caution == nil } == [false, true])
        #expect(report.ours.map(\.commands.isEmpty) == [true, false])
        // The other pods would be replaced at once by whoever pastes it.
        #expect(!report.lines.contains { $0.contains("kubectl") && $0.contains("RollingUpdate") })
        #expect(report.lines.contains { $0.hasPrefix("    undone by `upgrader cleanup`, not by hand: while a pod") })
    }

    @Test("a restore that has moved data has no command for what must stay down, and nothing but its resume leads on")
    func pulledApart() async throws {
        let story = try await StoryScene()
        var plan = story.plan
        plan.takesBack = "upgrade"
        plan.restores = EtcdRestoration(host: "etcd1", path: "/1.db", sha256: "5e", revision: 1, keys: 1, saved: 0)
        let stop = try story.key("1.12-1.13/restore-stop-etcd/stop-etcd@etcd1")
        let timers = try story.key("1.12-1.13/workers/pause-timers@w1")
        for (key, effect) in [
            (stop, Action.pause(host: "etcd1", unit: "etcd")), (timers, .pause(host: "w1", unit: "apt-daily.timer")),
        ] {
            try story.append(
                .begun(key, attempt: 1),
                .intended(key, attempt: 1, index: 0, effect),
                .acted(key, attempt: 1, index: 0),
                .done(key)
            )
        }
        let before = try why(story, plan: plan)
        #expect(before.ours.allSatisfy { $0.caution == nil && !$0.commands.isEmpty })
        #expect(before.choices.contains { $0.command == "upgrader cleanup state/test/run" })
        let swap = try story.key("1.12-1.13/restore-swap/swap-etcd@etcd1")
        try story.append(
            .begun(swap, attempt: 1),
            .intended(swap, attempt: 1, index: 0, .swapEtcd(host: "etcd1", mark: "run"))
        )
        let report = try why(story, plan: plan)
        #expect(report.ours.map(\.commands.isEmpty) == [true, false])
        #expect(report.ours.map { $0.caution == nil } == [false, true])
        let line =
            "    undone by `upgrader resume state/test/run`, not by hand: members of etcd may have different data"
        #expect(report.lines.contains { $0.hasPrefix(line) }, "\(report.lines)")
        #expect(
            report.choices.map(\.command) == [
                "upgrader resume state/test/run", "upgrader report state/test/run -o report.html",
            ]
        )
    }

    @Test("what an unfinished rollback takes back, and a restore that is past, offer nothing that is refused")
    func order() async throws {
        let story = try await StoryScene()
        let cordon = try story.key("1.12-1.13/workers/cordon@w1")
        try story.append(
            .begun(cordon, attempt: 1),
            .intended(cordon, attempt: 1, index: 0, .cordon(node: "w1.example.org", mark: "test")),
            .acted(cordon, attempt: 1, index: 0)
        )
        let under = try why(story, takenBackBy: "state/test/back")
        #expect(under.choices.map(\.command).first == "upgrader why state/test/back")
        #expect(!under.choices.contains { ["resume", "cleanup", "upgrader run"].contains(where: $0.command.contains) })
        #expect(under.ours.map(\.commands) == [[]])
        #expect(under.ours.map(\.undoneBy) == ["upgrader resume state/test/back"])
        #expect(under.lines.contains("taken back: state/test/back takes it back, and is unfinished"))
        let past = try why(try await StoryScene(), upgrade: "state/test/upgrade", superseded: "upgrade was resumed")
        #expect(
            past.choices.map(\.command) == [
                "upgrader why state/test/upgrade", "upgrader report state/test/run -o report.html",
            ]
        )
        #expect(past.lines.contains("superseded: upgrade was resumed"))
    }

    @Test(
        "a resume that its hosts refused is told with what mends it, while nobody works on the run and it is not over"
    )
    func refused() async throws {
        let story = try await StoryScene()
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        let failure = Failure.access(.commandFailed(host: "w1", command: "kubectl", status: "exit 1", output: ""))
        try story.append(.begun(drain, attempt: 1), .failed(drain, attempt: 1, failure), .stopped(.failed([drain])))
        let refusal = ResumeRefusal(
            time: 1_795_521_700,
            by: "op@desk",
            code: 14,
            error: "kubelet on w2 is older",
            why: "it was led back",
            next: "install it",
            records: try story.history.count
        )
        let report = try why(story, refusal: refusal)
        #expect(report.refused?.code == 14 && report.refused?.mend == "install it")
        let first = try #require(report.lines.firstIndex(of: "the last resume began nothing: kubelet on w2 is older"))
        #expect(
            report.lines[first...].dropFirst().prefix(3) == [
                "  by op@desk, \(Clock.stamp(1_795_521_700)); it ended with 14", "  why:  it was led back",
                "  mend: install it",
            ]
        )
        // Before what the run itself has stopped at: that is not what stands in the way now.
        #expect(report.lines[first...].contains { $0.hasPrefix("it stopped at \(drain)") })
        let again = "once it is mended: asks the hosts again what they run, and goes on at \(report.next ?? "")"
        let resume = report.choices.first { $0.command == "upgrader resume state/test/run" }
        #expect(resume?.consequence.hasPrefix(again) == true, "\(resume?.consequence ?? "")")
        #expect(try why(story, holder: "root@vm (pid 17)", refusal: refusal).refused == nil)
        #expect(try why(story, restoredBy: "state/test/restore", refusal: refusal).refused == nil)
        let without = try why(story)
        #expect(without.refused == nil && !without.lines.contains { $0.contains("began nothing") })
    }

    @Test("commands name the state directory where it is not the usual one, and a rollback leads back to its upgrade")
    func elsewhere() async throws {
        let story = try await StoryScene()
        for (directory, option) in [
            ("state/test/run", ""), ("/srv/my runs/test/run", " --state '/srv/my runs'"),
            ("s3/test/run", " --state s3"),
        ] {
            let report = try why(story, directory: directory)
            #expect(report.choices.map(\.command).contains("upgrader run 'play book.yaml'\(option)"), "\(directory)")
        }
        try story.append(.stopped(.completed))
        let report = try why(story, upgrade: "state/test/upgrade")
        #expect(report.choices.map(\.command).first == "upgrader resume state/test/upgrade")
        #expect(report.lines.contains("a rollback: it takes back what state/test/upgrade had begun"))
        #expect(try why(story).choices.count == 1)
    }

    @Test("a worker that has Calico's packages of the hop has some packages of it, and still runs the old release")
    func calico() async throws {
        let story = try await StoryScene { scene in
            let version = PackageVersion("3.7.5-1").map { ComponentVersion(package: $0, tag: "v3.7.5") }
            scene.playbook.calico = CalicoOptions(
                versions: version.map { [MinorRelease(major: 1, minor: 12): $0] } ?? [:]
            )
        }
        let packages = try story.key("1.12-1.13/network-before/calico-packages@w1")
        try #require(story.plan.keys.contains(packages))
        try story.append(.begun(packages, attempt: 1), .done(packages))
        let hosts = try why(story).hosts
        let first = try #require(hosts.first { $0.host == "w1" })
        #expect(first.packages == .partly && first.version == "1.12.10-1" && first.standing == .toCome)
        #expect(hosts.first { $0.host == "w2" }?.packages == .notInstalled)
    }

    @Test("Secrets of Helm 3 can be taken back until Helm 2's objects go, and the choices say how")
    func converted() async throws {
        let story = try await StoryScene()
        let convert = try #require(StepKey("1.12-1.13/helm/helm-convert@cluster"))
        let cleanup = try #require(StepKey("1.12-1.13/helm/helm-cleanup@cluster"))
        func isOffered() throws -> Bool {
            try why(story).choices.map(\.command).contains("upgrader helm rollback state/test/run")
        }
        #expect(try !isOffered())
        try story.append(.begun(convert, attempt: 1))
        #expect(try isOffered())
        try story.append(.done(convert), .tookBack(convert, by: "helm rollback"))
        #expect(try !isOffered())
        try story.append(.begun(convert, attempt: 2), .done(convert))
        #expect(try isOffered())
        try story.append(.begun(cleanup, attempt: 1))
        #expect(try !isOffered())
    }

    @Test("a run that was killed in a drain names the drain, its commands, its unit, the wait, and what is ours")
    func killed() async throws {
        let story = try await StoryScene(reason: "ticket 7")
        let cordon = try story.key("1.12-1.13/workers/cordon@w1")
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        try story.append(
            .begun(cordon, attempt: 1),
            .intended(cordon, attempt: 1, index: 0, .cordon(node: "w1.example.org", mark: "test")),
            .acted(cordon, attempt: 1, index: 0),
            .done(cordon),
            .begun(drain, attempt: 1),
            .intended(
                drain,
                attempt: 1,
                index: 0,
                .drain(node: "w1.example.org", options: DrainOptions(deadline: .seconds(60)))
            )
        )
        let wait = Transcript.Entry(time: 1_795_521_607, key: drain, event: .waits("pod shop/cart is held"))
        let report = try why(story, transcript: [wait])
        #expect(report.status == .killed)
        #expect(report.reason == "ticket 7")
        let step = try #require(report.inHand.first)
        #expect(report.inHand.count == 1)
        #expect(step.action == "drain w1.example.org")
        #expect(step.commands.first?.contains("kubectl") == true)
        #expect(step.unit == "upgrader-test:1.12-1.13:workers:drain:w1:1:0")
        #expect(step.waits == "pod shop/cart is held")
        #expect(report.ours.map(\.undo) == ["uncordon w1.example.org"])
        #expect(
            report.choices.map(\.command).prefix(2) == [
                "upgrader resume state/test/run", "upgrader cleanup state/test/run",
            ]
        )
        #expect(report.choices.first?.consequence.contains("begins nothing twice") == true)
        #expect(report.lines.contains { $0.contains("in doubt: drain w1.example.org") })
    }

    @Test("the hosts stand where the journal saw them last, and a worker half way can be taken back")
    func hosts() async throws {
        let story = try await StoryScene()
        let first = { (why: WhyReport) in why.hosts.first { $0.host == "w1" } }
        #expect(first(try why(story))?.standing == .toCome)
        let lane = story.plan.keys.filter { $0.phase == "workers" && $0.target == .host("w1") }
        let before = story.plan.keys.prefix { $0.phase != "workers" }
        for key in before { try story.append(.begun(key, attempt: 1), .done(key)) }
        #expect(try why(story).hosts.allSatisfy { [.toCome, .partly].contains($0.standing) })
        for key in lane.prefix(while: { $0.step != "cordon" }) { try story.append(.begun(key, attempt: 1), .done(key)) }
        let cordon = try story.key("1.12-1.13/workers/cordon@w1")
        try story.append(
            .begun(cordon, attempt: 1),
            .intended(cordon, attempt: 1, index: 0, .cordon(node: "w1.example.org", mark: "test")),
            .acted(cordon, attempt: 1, index: 0),
            .done(cordon),
            .begun(try story.key("1.12-1.13/workers/drain@w1"), attempt: 1)
        )
        let draining = try why(story, takenBack: ["w1", "w2"])
        var host = try #require(first(draining))
        #expect(host.standing == .inWork && host.packages == .notInstalled && host.isCordoned)
        #expect(host.node == "w1.example.org" && host.version == "1.12.10-1")
        #expect(host.at == "1.12-1.13/workers/drain@w1")
        let commands = draining.choices.map(\.command)
        #expect(commands.contains("upgrader rollback w1 state/test/run"))
        // Of what is kept and looked at before nothing is to be taken back.
        let kept = try await StoryScene()
        let keep = try story.key("1.12-1.13/workers/keep-packages@w1")
        let conffiles = try story.key("1.12-1.13/workers/conffiles@w1")
        let held = Failure.unmet(.nodeNotReady(node: "w1.example.org"))
        for key in before { try kept.append(.begun(key, attempt: 1), .done(key)) }
        try kept.append(
            .begun(keep, attempt: 1),
            .intended(keep, attempt: 1, index: 0, .keepArchives(host: "w1", packages: [], directory: "/k")),
            .acted(keep, attempt: 1, index: 0),
            .done(keep),
            .begun(conffiles, attempt: 1),
            .failed(conffiles, attempt: 1, held)
        )
        #expect(first(try why(kept))?.standing == .failed)
        #expect(try !why(kept, takenBack: ["w1"]).choices.contains { $0.command.contains("rollback") })
        // w2 was not begun: there is nothing to take back.
        #expect(!commands.contains { $0.contains("rollback w2") })
        #expect(try !why(story).choices.contains { $0.command.contains("rollback") })
        let told =
            "  w1: 1.12.10-1, half way, at 1.12-1.13/workers/drain@w1, nothing of the hop installed, "
            + "cordoned by this run"
        #expect(draining.lines.contains(told), "\(draining.lines)")

        let install = try story.key("1.12-1.13/workers/install-node@w1")
        let packages = [PackageVersion("1.13.10-1")].compactMap { version in
            version.map { PackageSpec(name: "kubernetes-node", version: $0) }
        }
        try story.append(.done(try story.key("1.12-1.13/workers/drain@w1")), .begun(install, attempt: 1))
        try story.append(.intended(install, attempt: 1, index: 0, .install(host: "w1", packages: packages)))
        host = try #require(first(try why(story)))
        #expect(host.packages == .inDoubt && host.version == "1.12.10-1")
        try story.append(.acted(install, attempt: 1, index: 0), .done(install))
        host = try #require(first(try why(story)))
        #expect(host.packages == .installed && host.version == "1.13.10-1" && host.standing == .inWork)
        let restart = try story.key("1.12-1.13/workers/restart-kubelet@w1")
        let failure = Failure.unmet(.nodeNotReady(node: "w1.example.org"))
        try story.append(.begun(restart, attempt: 1), .failed(restart, attempt: 1, failure))
        #expect(first(try why(story))?.standing == .failed)
        try story.append(.begun(restart, attempt: 2))
        for key in lane where try !story.history.state.done.contains(key) { try story.append(.done(key)) }
        host = try #require(first(try why(story)))
        #expect(host.standing == .done && host.at == nil)
    }

    @Test("a failure tells why, what ran, what that printed, and that a changed playbook needs a run of its own")
    func failed() async throws {
        let story = try await StoryScene()
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        let failure = Failure.access(
            .commandFailed(host: "cp1", command: "kubectl drain", status: "exit 1", output: "line one\nerror: no")
        )
        try story.append(.begun(drain, attempt: 1), .failed(drain, attempt: 1, failure), .stopped(.failed([drain])))
        let report = try why(story)
        #expect(report.status == .failed)
        #expect(report.causes.map(\.why) == ["cp1 says: error: no"])
        #expect(report.causes.first?.ran == "cp1: kubectl drain   (exit 1)")
        #expect(report.lines.contains("        | line one"))
        let budgets = try story.key("1.12-1.13/preflight/cordons@cluster")
        let other = try await StoryScene()
        try other.append(
            .begun(budgets, attempt: 1),
            .failed(budgets, attempt: 1, .unmet(.foreignCordon(node: "w2"))),
            .stopped(.failed([budgets]))
        )
        #expect(try why(other).choices.map(\.command).contains("upgrader run 'play book.yaml'"))
    }

    @Test("a run that is at work offers to watch it and no resume; a completed one only its report")
    func atWork() async throws {
        let story = try await StoryScene()
        let report = try why(story, holder: "ann@desk (pid 1)")
        #expect(report.status == .running)
        #expect(!report.choices.contains { $0.command.contains("resume") })
        try await story.walk()
        #expect(try why(story).choices.map(\.command) == ["upgrader report state/test/run -o report.html"])
    }
}
