import FoundationEssentials
import Testing

@testable import UpgradeCore

@Suite("the live cluster")
struct LiveClusterTests {
    private let kubectl = "kubectl --kubeconfig=/etc/kubernetes/admin.conf --request-timeout=20s"
    private let refused = "The connection to the server cp1:6443 was refused - did you specify the right host or port?"

    @Test("questions are answered whatever the order of the answers")
    func answers() async throws {
        let scene = try LiveScene(
            .on("w1", "dpkg-query", "helm\t2.14.3-1\tinstall ok installed\n", status: 1),
            .on("cp1", "\(kubectl) get nodes", try TestFiles.fixture("kubectl/1.13/nodes.json"))
        )
        let seen = try await scene.cluster.answer([.nodes, .packages(host: "w1", names: ["helm", "x"])])
        #expect(try seen.nodes().count == 3)
        #expect(try seen.packages(on: "w1", names: ["helm", "x"]).keys.sorted() == ["helm"])
        scene.remote.expectFinished()
    }

    @Test("the API is asked on the next control-plane host where the first cannot be reached")
    func nextHost() async throws {
        let scene = try LiveScene(
            .unreachable("cp1", kubectl),
            .on("cp2", "\(kubectl) get node w9", "")
        )
        #expect(try await scene.cluster.answer([.node("w9")]).node("w9") == nil)
        scene.remote.expectFinished()
    }

    @Test("control-plane hosts that never answered are reported at once; one that has answered is waited for")
    func noHost() async throws {
        let scene = try LiveScene(
            .unreachable("cp1", kubectl),
            .unreachable("cp2", kubectl),
            .unreachable("cp1", kubectl),
            .on("cp2", kubectl, "{\"items\":[]}"),
            .unreachable("cp1", kubectl),
            .unreachable("cp2", kubectl),
            .on("cp1", kubectl, "{\"items\":[]}")
        )
        let cluster = scene.cluster
        let error = await #expect(throws: AccessError.self) { try await cluster.answer([.nodes]) }
        #expect(error == .remote(.unreachable(host: "cp2", address: "cp2", reason: "no route")))
        #expect(scene.clock.now.offset == .zero)
        #expect(try await cluster.answer([.nodes]).nodes().isEmpty)
        #expect(try await cluster.answer([.nodes]).nodes().isEmpty)
        #expect(scene.clock.now.offset > .zero)
        scene.remote.expectFinished()
    }

    @Test("an API server that is just being restarted is asked again")
    func restarting() async throws {
        let scene = try LiveScene(
            .on("cp1", kubectl, error: refused, status: 1),
            .on("cp2", kubectl, error: refused, status: 1),
            .on("cp1", kubectl, "{\"items\":[]}")
        )
        #expect(try await scene.cluster.answer([.nodes]).nodes().isEmpty)
        scene.remote.expectFinished()
    }

    @Test("an API server that stays away is an error in the end")
    func away() async throws {
        var scene = try LiveScene()
        scene.playbook.deadlines.connect = .seconds(1)
        scene.remote = ToldRemote(
            Array(repeating: .on("cp1", kubectl, error: refused, status: 1), count: 3)
                + Array(repeating: .on("cp2", kubectl, error: refused, status: 1), count: 3)
        )
        let cluster = scene.cluster
        let error = await #expect(throws: AccessError.self) { try await cluster.answer([.nodes]) }
        guard case .commandFailed("cp2", _, "exit 1", refused) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        scene.remote.expectFinished()
    }

    @Test("a refusal by the API is an error at once, without secrets")
    func refusal() async throws {
        let scene = try LiveScene(
            .on("cp1", kubectl, error: "Error from server (Forbidden): token: abcdef", status: 1)
        )
        let error = await #expect(throws: AccessError.self) { try await scene.cluster.answer([.budgets]) }
        guard case .commandFailed("cp1", _, "exit 1", let output) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(output == "Error from server (Forbidden): token: [redacted]")
    }

    @Test("a host that never answered is reported at once")
    func unreachable() async throws {
        let scene = try LiveScene(.unreachable("etcd1", "upgrader-etcd-member"))
        let error = await #expect(throws: AccessError.self) {
            try await scene.cluster.answer([.etcdMember(host: "etcd1")])
        }
        #expect(error == .remote(.unreachable(host: "etcd1", address: "etcd1", reason: "no route")))
        #expect(scene.clock.now.offset == .zero)
    }

    @Test("an uncordon whose answer was lost is done when the mark is gone")
    func lostUncordon() async throws {
        let scene = try LiveScene(
            .lost("cp1", "\(kubectl) patch node node-1"),
            .on("cp2", "\(kubectl) patch node node-1", error: "the server rejected our request", status: 1),
            .on("cp1", "\(kubectl) get node node-1", try TestFiles.fixture("kubectl/1.13/node-cordoned.json"))
        )
        try await scene.perform(.uncordon(node: "node-1", mark: "run-1"))
        scene.remote.expectFinished()
    }

    @Test(
        "a mark that is to be dropped and is not there any more, or whose node is gone, is no error; one that stays is"
    )
    func dropped() async throws {
        let drop = Action.dropMark(.cordon(node: "node-1", mark: "run-1"))
        let cordoned = try TestFiles.fixture("kubectl/1.13/node-cordoned.json")
        for answer in [cordoned, ""] {
            let scene = try LiveScene(
                .on("cp1", "\(kubectl) patch node node-1", error: "the server rejected our request", status: 1),
                .on("cp1", "\(kubectl) get node node-1", answer)
            )
            try await scene.perform(drop)
            scene.remote.expectFinished()
        }
        let marked = cordoned.replacing(
            "\"annotations\": {",
            with: "\"annotations\": {\"upgrader/cordoned-by\": \"run-1\","
        )
        #expect(marked != cordoned)
        let scene = try LiveScene(
            .on("cp1", "\(kubectl) patch node node-1", error: "the server rejected our request", status: 1),
            .on("cp1", "\(kubectl) get node node-1", marked)
        )
        await #expect(throws: AccessError.self) { try await scene.perform(drop) }
    }

    @Test("an uncordon that the API refuses is an error: the mark is not ours")
    func foreignCordon() async throws {
        let scene = try LiveScene(.on("cp1", "\(kubectl) patch", error: "the server rejected our request", status: 1))
        await #expect(throws: AccessError.self) {
            try await scene.perform(.uncordon(node: "node-1", mark: "run-1"))
        }
        scene.remote.expectFinished()
    }

    @Test("a command that is no job is run again after a lost connection")
    func mask() async throws {
        let scene = try LiveScene(.lost("w1", "upgrader-marked"), .on("w1", "upgrader-marked"))
        try await scene.perform(.mask(host: "w1", unit: "kubelet.service"))
        scene.remote.expectFinished()
        #expect(scene.reports.all == [.reconnecting(host: "w1", reason: "reset by peer")])
    }

    @Test(
        "a refusal of a host that was reached before is told at once, never tried again",
        arguments: [
            RemoteError.hostKeyChanged(host: "w1", address: "w1", fingerprint: "f", file: "known_hosts", line: 1),
            .authenticationRefused(host: "w1", user: "root", tried: []),
        ]
    )
    func refusedAgain(refusal: RemoteError) async throws {
        let scene = try LiveScene(
            .lost("w1", "upgrader-marked"),
            .on("w1", "upgrader-marked", throwing: refusal)
        )
        await #expect(throws: AccessError.remote(refusal)) {
            try await scene.perform(.mask(host: "w1", unit: "kubelet.service"))
        }
        scene.remote.expectFinished()
        #expect(scene.remote.calls.count == 2)
    }

    @Test("a snapshot's directory is made before the job is begun")
    func snapshot() async throws {
        let scene = try LiveScene(
            .on("etcd1", "mkdir -p -m 0700 -- /var/lib/upgrader/snapshots"),
            .job("etcd1", "inactive", "none"),
            .on("etcd1", "upgrader-start-job"),
            .job("etcd1", "inactive", "ended 0")
        )
        try await scene.perform(.saveSnapshot(host: "etcd1", path: "/var/lib/upgrader/snapshots/1.db"))
        scene.remote.expectFinished()
    }

    @Test("a copy is fetched as root, into a directory that is made")
    func fetch() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "upgrader-\(UUID().uuidString)")
        let path = directory.appending(path: "copies/1.db").path
        let scene = try LiveScene(.lost("etcd1", "copy"), .on("etcd1", "copy /s/1.db \(path)", "sum"))
        try await scene.perform(.fetch(host: "etcd1", path: "/s/1.db", localPath: path))
        scene.remote.expectFinished()
        #expect(scene.remote.calls.allSatisfy { $0.command.needsRoot })
        #expect(FileManager.default.fileExists(atPath: directory.appending(path: "copies").path))
        try FileManager.default.removeItem(at: directory)
    }

    @Test("a file of this machine is hashed here, and one that is not there is none")
    func localFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "upgrader-\(UUID().uuidString)")
        try Data("hello\n".utf8).write(to: file)
        let cluster = try LiveScene().cluster
        let seen = try await cluster.answer([.localFile(path: file.path), .localFile(path: "/nowhere/at/all")])
        let sum = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        let state = FileState(sha256: sum, size: ByteCount(bytes: 6))
        #expect(seen.answers[.localFile(path: file.path)] == .file(state))
        #expect(seen.answers[.localFile(path: "/nowhere/at/all")] == .file(nil))
        try FileManager.default.removeItem(at: file)
    }
}
