import Foundation
import Testing
import UpgradeCore
import UpgradeNotices
import UpgradeTestSupport

@Suite("Maintenance windows by real commands")
struct MaintenanceWindowTests {
    private let scratch: ScratchDirectory
    private let clock = VirtualClock()

    init() throws {
        scratch = try ScratchDirectory()
    }

    /// A window that is a file; each command leaves a line in `log`.
    private func scene(isOpen: String = "test -e $0/$1 || exit 3; cat $0/left 2>/dev/null; exit 0") throws -> Scene {
        func words(_ script: String) -> [String] {
            ["sh", "-c", script, scratch.path, "{run}-{name}", "X-Key: SECRETMARKER", "{seconds}"]
        }
        let commands = WindowCommands(
            open: words("echo open $3 >> $0/log; touch $0/$1"),
            close: words("echo close >> $0/log; rm $0/$1"),
            isOpen: words(isOpen)
        )
        return try Scene(etcd: 1, controlPlane: 1, workers: 1) { playbook in
            playbook.silences = [SilenceOptions(name: "icinga", means: .commands(commands), lasts: .seconds(7_200))]
        }
    }

    private func access(_ scene: Scene) -> SilencedCluster {
        SilencedCluster(
            SimulatedCluster(scene.cluster, clock: clock),
            playbook: scene.playbook,
            web: CurlClient(),
            programs: LocalPrograms(lock: "\(scratch.path)/windows.lock"),
            now: { Date().timeIntervalSince1970 }
        )
    }

    private var log: [String] {
        get throws { String(decoding: try scratch.read("log"), as: UTF8.self).split(separator: "\n").map(String.init) }
    }

    private func job(_ scene: Scene) -> JobID {
        let hop = HopID(from: MinorRelease(major: 1, minor: 12))
        let key = StepKey(hop: hop, phase: "silence", step: "open-silences", target: .cluster)
        return JobID(run: scene.run, key: key, attempt: 1, index: 0)
    }

    @Test("a run opens it once, ends it with the hop, and writes down none of its words that are secret")
    func run() async throws {
        let scene = try scene()
        let recorder = MemoryRecorder()
        #expect(try await scene.driver(try await scene.plan(), access(scene)).walk(recorder: recorder) == .completed)
        #expect(try log == ["open 7200", "close"])
        #expect(recorder.state.ledger.entries.isEmpty)
        let written = try recorder.records.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        #expect(!written.joined().contains("SECRETMARKER"))
        #expect(written.contains { $0.contains("openSilence") })
    }

    @Test("opened and ended as often as wanted, it is opened and ended once; run down, it is opened anew")
    func idempotent() async throws {
        let scene = try scene()
        let silence = scene.playbook.silences[0].silence(run: scene.run)
        #expect(Action.openSilence(silence).title == "open the maintenance window icinga")
        #expect(Action.closeSilence(silence).title == "end the maintenance window icinga")
        let access = access(scene)
        for _ in 0..<2 { try await access.perform(.openSilence(silence), as: job(scene)) { _ in } }
        #expect(try log == ["open 7200"])
        #expect(try await access.answer([.silence(silence)]).silence(silence)?.secondsLeft == 7200)
        try scratch.write(Data("100\n".utf8), to: "left")
        #expect(try await access.answer([.silence(silence)]).silence(silence)?.secondsLeft == 100)
        try await access.perform(.openSilence(silence), as: job(scene)) { _ in }
        for _ in 0..<2 { try await access.perform(.closeSilence(silence), as: job(scene)) { _ in } }
        #expect(try log == ["open 7200", "open 7200", "close"])
        #expect(try await access.answer([.silence(silence)]).silence(silence) == nil)
    }

    @Test("cleanup ends the window of a run that is given up, and leaves one that is not there any more")
    func cleanup() async throws {
        let scene = try scene()
        let silence = scene.playbook.silences[0].silence(run: scene.run)
        let access = access(scene)
        let key = job(scene).key
        for isThere in [true, false] {
            let recorder = MemoryRecorder()
            recorder.append([.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, .openSilence(silence))])
            try await access.perform(.openSilence(silence), as: job(scene)) { _ in }
            if !isThere { try FileManager.default.removeItem(atPath: "\(scratch.path)/\(scene.run)-icinga") }
            let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: access) { _ in }
            #expect(outcomes == [isThere ? .undone(.silence(silence)) : .notOurs(.silence(silence))])
        }
        #expect(try log == ["open 7200", "close", "open 7200"])
    }

    @Test("a command that a killed run has left behind is waited for before anybody is told that nothing is open")
    func orphan() async throws {
        let scene = try scene()
        let silence = scene.playbook.silences[0].silence(run: scene.run)
        let lock = "\(scratch.path)/windows.lock"
        let slow = "sleep 2; touch \(scratch.path)/\(scene.run)-icinga"
        let orphan = try Program("/usr/bin/flock", ["--close", lock, "sh", "-c", slow])
        while !FileManager.default.fileExists(atPath: lock) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try await access(scene).answer([.silence(silence)]).silence(silence) != nil)
        _ = try await orphan.wait()
        // One that does not end is named, and nothing is said of the window.
        var hasty = scene
        hasty.playbook.deadlines.connect = .seconds(3)
        let stuck = try Program("/usr/bin/flock", ["--close", lock, "sleep", "15"])
        // Until it has the lock.
        while try await Program("/usr/bin/flock", ["--nonblock", lock, "true"]).wait().code == 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        let error = await #expect(throws: AccessError.self) { try await access(hasty).answer([.silence(silence)]) }
        #expect("\(String(describing: error))".contains("still runs"))
        stuck.signal(SIGKILL)
    }

    @Test(
        "a command that says neither, is not there, or does not end is a failure with its words, secrets taken out",
        arguments: [
            ("echo broken >&2; exit 1", "exit 1", "broken"), ("kill -9 $$", "exit 137", ""),
            ("sleep 60", "not run", "5 s"),
        ]
    )
    func failures(script: String, status: String, output: String) async throws {
        var scene = try scene(isOpen: script)
        scene.playbook.deadlines.connect = .seconds(5)
        let silence = scene.playbook.silences[0].silence(run: scene.run)
        let error = await #expect(throws: AccessError.self) {
            try await access(scene).perform(.openSilence(silence), as: job(scene)) { _ in }
        }
        guard case .commandFailed(let host, let command, let how, let said) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            host == "this machine" && how.contains(status) && (output.isEmpty || said.contains(output)),
            "\(how) \(said)"
        )
        #expect(command.hasPrefix("sh") && !command.contains("SECRETMARKER"))
    }
}
