import FoundationEssentials
import Synchronization
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("the lease on a live cluster")
struct LiveLeaseTests {
    private let record = LeaseRecord(
        holder: LeaseHolder(
            user: "ann@desk",
            run: "20261124-200000",
            reason: "the night of the upgrade",
            step: "1.13-1.14/workers/drain@w1",
            machine: "5f3c",
            process: "b00t 42 7"
        ),
        token: 3,
        beats: 12,
        ttlSeconds: 120,
        renewed: "2026-11-24T20:00:00.000000Z"
    )

    @Test("every form of the lease has its golden lines", arguments: ["v1beta1", "v1", "configmap"])
    func golden(form: String) throws {
        let playbook = try LiveScene.playbook()
        let named = form == "configmap" ? nil : form
        var text = ""
        for version in ["", "4711"] {
            let stored = StoredLease(record: nil, version: version, place: "", form: named)
            for record in [
                record, LeaseRecord(holder: nil, token: 3, beats: 12, ttlSeconds: 120, renewed: record.renewed),
            ] {
                let command = LeaseRendering.write(record, over: stored, playbook: playbook)
                text += "\(command)\n\(command.input ?? "")\n"
                #expect(command.needsRoot)
            }
        }
        try Golden.expect(text, matches: "Tests/UpgradeCoreTests/Golden/lease-\(form).txt")
    }

    @Test("what is written is what is read again, in every form", arguments: ["v1beta1", "v1", nil])
    func roundTrip(form: String?) throws {
        let stored = StoredLease(record: nil, version: "4711", place: "", form: form)
        let command = LeaseRendering.write(record, over: stored, playbook: try LiveScene.playbook())
        let read = try LeaseReading.written(try #require(command.input), form: form)
        #expect(read.record == record)
        #expect(read.version == "4711")
        #expect(read.form == form)
    }

    @Test("a Lease of somebody else counts as held, by whom it says", arguments: ["1.14", "1.15", "1.16"])
    func foreign(release: String) throws {
        let text = try TestFiles.fixture("kubectl/\(release)/lease.json")
        let read = try LeaseReading.written(text, form: "v1")
        #expect(read.record?.holder?.user == "node-1")
        #expect(read.record?.token == 0)
        #expect(read.record?.ttlSeconds == 40)
        #expect(!read.version.isEmpty)
    }

    @Test("a holder's words cannot move the cursor of whoever reads them, and hold no secret")
    func clean() throws {
        var dirty = record
        dirty.holder?.reason = "x\u{1b}[2J\ny --token=abc"
        let stored = StoredLease(record: nil, version: "1", place: "", form: "v1")
        let command = LeaseRendering.write(dirty, over: stored, playbook: try LiveScene.playbook())
        let read = try LeaseReading.written(try #require(command.input), form: "v1")
        #expect(read.record?.holder?.reason == "x[2Jy --token=[redacted]")
    }

    @Test("a conflict is somebody else's being first; any other refusal is an error")
    func conflict() async throws {
        let conflict = "Error from server (Conflict): error when replacing \"STDIN\": Operation cannot be fulfilled"
        let scene = try LiveScene(
            .on("cp1", "kubectl", error: conflict, status: 1),
            .on("cp1", "kubectl", error: "Error from server (AlreadyExists): error when creating", status: 1),
            .on("cp1", "kubectl", error: "Error from server (Forbidden): leases is forbidden", status: 1)
        )
        let stored = StoredLease(record: nil, version: "1", place: "", form: "v1")
        #expect(try await scene.cluster.writeLease(record, over: stored) == nil)
        #expect(try await scene.cluster.writeLease(record, over: stored) == nil)
        await #expect(throws: AccessError.self) { try await scene.cluster.writeLease(record, over: stored) }
        scene.remote.expectFinished()
    }

    @Test("a heartbeat goes to the next host where an API server is away, and each is asked once")
    func away() async throws {
        let refused = "The connection to the server cp1:6443 was refused - did you specify the right host or port?"
        let scene = try LiveScene(
            .on("cp1", "upgrader-lease", error: refused, status: 1),
            .on("cp2", "upgrader-lease", "v1beta1\n@upgrader form 0\n\n@upgrader object 0\n"),
            .on("cp1", "upgrader-lease", error: refused, status: 1),
            .unreachable("cp2", "upgrader-lease")
        )
        let stored = try await scene.cluster.readLease()
        #expect(stored == StoredLease(record: nil, place: LeaseRendering.place(form: "v1beta1"), form: "v1beta1"))
        await #expect(throws: AccessError.self) { try await scene.cluster.readLease() }
        scene.remote.expectFinished()
        #expect(scene.clock.now.offset == .zero)
    }

    @Test("an action under a token goes through the fence, and a host's refusal is the loss of the lease")
    func fenced() async throws {
        let scene = try LiveScene(
            .on("w1", "upgrader-fence"),
            .on("w1", "upgrader-fence", error: "upgrader-fence: seen 4\n", status: 75),
            .on("cp1", "upgrader-fence", error: "upgrader-fence: seen 5\n", status: 75),
            .on("cp1", "upgrader-fence", "ActiveState=inactive\nnone\n"),
            .on("cp1", "upgrader-fence", error: "upgrader-fence: seen 6\n", status: 75)
        )
        let mask = Action.mask(host: "w1", unit: "kubelet.service")
        try await perform(mask, scene)
        let words = scene.remote.calls.first?.command.words ?? []
        #expect(words.prefix(7).suffix(4) == ["upgrader-fence", "/var/lib/upgrader", "3", "any"])
        #expect(words.suffix(4) == ["systemctl", "mask", "--", "kubelet.service"])
        await #expect(throws: AccessError.leaseLost(.fenced(host: "w1", seen: 4))) { try await perform(mask, scene) }
        let cordon = Action.uncordon(node: "w1.example.org", mark: "r")
        await #expect(throws: AccessError.leaseLost(.fenced(host: "cp1", seen: 5))) { try await perform(cordon, scene) }
        let restart = Action.restart(host: "cp1", unit: "kube-scheduler.service")
        await #expect(throws: AccessError.leaseLost(.fenced(host: "cp1", seen: 6))) {
            try await perform(restart, scene)
        }
        scene.remote.expectFinished()
    }

    @Test("an action of a host is begun on its machine alone, a copy of its files as well; the API's is any host's")
    func machine() async throws {
        let other = "upgrader-fence: machine 0123456789abcdef0123456789abcdef\n"
        let scene = try LiveScene(
            .on("w1", "upgrader-fence", error: other, status: 75),
            .on("w1", "upgrader-fence", error: other, status: 75),
            .on("w1", "upgrader-fence")
        )
        var job = try LiveScene.job()
        job.machine = "feed"
        let error = AccessError.remote(
            .anotherMachine(host: "w1", expected: "feed", found: "0123456789abcdef0123456789abcdef")
        )
        let found = "machine-id 0123456789abcdef0123456789abcdef instead of feed"
        #expect(error.why == "w1 is another machine than at the survey: \(found)")
        #expect(Failure.access(error).isDrift)
        await #expect(throws: error) {
            try await scene.cluster.perform(.mask(host: "w1", unit: "kubelet.service"), as: job) { _ in }
        }
        let scratch = try ScratchDirectory()
        let fetch = Action.fetch(host: "w1", path: "/var/backups/x", localPath: "\(scratch.path)/x")
        await #expect(throws: error) { try await scene.cluster.perform(fetch, as: job) { _ in } }
        job.fence = 3
        try await scene.cluster.perform(.mask(host: "w1", unit: "kubelet.service"), as: job) { _ in }
        let words = scene.remote.calls.last?.command.words ?? []
        #expect(words.prefix(7).suffix(4) == ["upgrader-fence", "/var/lib/upgrader", "3", "feed"])
        #expect(words.suffix(4) == ["systemctl", "mask", "--", "kubelet.service"])
        scene.remote.expectFinished()
    }

    @Test("whatever an action sends is begun behind the fence, and a host that knows a newer token begins none of it")
    func everyAction() async throws {
        let remote = ClosedRemote()
        let playbook = try LiveScene.playbook()
        let cluster = LiveCluster(remote: remote, playbook: playbook, clock: WaitingClock(), helm: NoCodec()) { 0 }
        var job = try LiveScene.job()
        job.fence = 3
        var action = try RenderingTests.action(after: nil)
        var kinds = 0
        var unfenced = 0
        while let next = action {
            kinds += 1
            switch next {
            case .fetch, .openSilence, .closeSilence:
                // A copy to the operator's machine changes nothing in the cluster, an Alertmanager is none of its hosts.
                unfenced += 1
            default:
                let error = await #expect(throws: AccessError.self, "\(next)") {
                    try await cluster.perform(next, as: job) { _ in }
                }
                #expect(error == .leaseLost(.fenced(host: remote.last, seen: 9)), "\(next)")
            }
            action = try RenderingTests.action(after: next)
        }
        #expect(kinds > 15)
        #expect(remote.calls.count == kinds - unfenced, "one refusal ends an action")
        let fence = ["upgrader-fence", Fence.directory, "3", "any"]
        #expect(remote.calls.allSatisfy { $0.needsRoot && Array($0.words[3...6]) == fence })
    }

    @Test("every host is told the token, and says which jobs of other runs it has")
    func raise() async throws {
        let listing = """
            upgrader-r1:1.13-1.14:workers:drain:w1:1:0.service loaded active running x
            upgrader-r2:1.13-1.14:workers:drain:w1:1:0.service loaded active running x

            """
        let scene = try LiveScene(
            .on("cp1", "upgrader-fence", listing),
            .on("cp2", "upgrader-fence"),
            .on("etcd1", "upgrader-fence", error: "upgrader-fence: seen 9", status: 75),
            .unreachable("w1", "upgrader-fence")
        )
        let answers = await scene.cluster.raiseFence(to: 3, run: "r1")
        #expect(
            answers.prefix(3) == [
                FenceAnswer(
                    host: "cp1",
                    outcome: .raised(foreignJobs: ["upgrader-r2:1.13-1.14:workers:drain:w1:1:0.service"])
                ),
                FenceAnswer(host: "cp2", outcome: .raised(foreignJobs: [])),
                FenceAnswer(host: "etcd1", outcome: .refused(seen: 9)),
            ]
        )
        scene.remote.expectFinished()
    }

    private func perform(_ action: Action, _ scene: LiveScene) async throws {
        var job = try LiveScene.job()
        job.fence = 3
        try await scene.cluster.perform(action, as: job) { _ in }
    }
}

/// Hosts that have all seen token 9.
private final class ClosedRemote: Remote {
    private let state = Mutex<[(host: String, command: Command)]>([])

    var calls: [Command] { state.withLock { $0.map(\.command) } }
    var last: String { state.withLock { $0.last?.host ?? "" } }

    func run(_ command: Command, on host: Host, deadline: Duration) async throws(RemoteError) -> CommandResult {
        state.withLock { $0.append((host.name, command)) }
        return CommandResult(errorOutput: "upgrader-fence: seen 9\n", outcome: .exited(75))
    }

    func upload(_ localPath: String, to path: String, on host: Host, deadline: Duration) async throws(RemoteError) {
        Issue.record("nothing is uploaded")
    }

    func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        Issue.record("nothing is fetched")
        return ""
    }

    func disconnect(_ host: Host) async {}
    func close() async {}
}

/// Reads nothing: what is refused is never read.
private struct NoCodec: HelmCodec {
    func record(_ stored: StoredHelmObject, compares: Bool) -> HelmRecord { fatalError("nothing is read") }
    func secret(_ stored: StoredHelmObject, compares: Bool) -> HelmSecret { fatalError("nothing is read") }
    func manifest(_ stored: StoredHelmObject, helm: Int) -> HelmStoredManifest? { fatalError("nothing is read") }
    func converted(_ stored: StoredHelmObject, _ conversion: HelmConversion) throws(HelmCodecError) -> String {
        throw .changed
    }
    func mapped(_ stored: StoredHelmObject, _ mapping: HelmMapping) throws(HelmCodecError) -> HelmRewrite {
        throw .changed
    }
}
