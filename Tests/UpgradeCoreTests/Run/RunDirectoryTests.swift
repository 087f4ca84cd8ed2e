import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The directory of a run")
struct RunDirectoryTests {
    private let scratch: ScratchDirectory
    private let scene: Scene

    init() throws {
        scratch = try ScratchDirectory()
        scene = try Scene()
    }

    @Test("the newest run is the one begun last, whatever became of times and of the clock")
    func newest() async throws {
        let first = try await create("20261122-100000")
        let second = try await create("20261122-100000")
        let third = try await create("20200101-000000")
        #expect([first, second, third].map(\.run) == ["20261122-100000", "20261122-100000-2", "20261122-100000-3"])
        try FileManager.default.setAttributes([.modificationDate: Date.distantFuture], ofItemAtPath: first.planPath)
        #expect(try RunDirectory.find(scratch.path) == third)
        #expect(try RunDirectory.find("\(scratch.path)/c") == third)
        #expect(RunDirectory.all("\(scratch.path)/c") == [first, second, third])
        for _ in 4...11 { _ = try await create("20261122-100000") }
        #expect(try RunDirectory.find(scratch.path).run == "20261122-100000-11")
        let other = try await create("20261122-100000-kfzt")
        #expect(try RunDirectory.find(scratch.path).run == "20261122-100000-kfzt")
        let after = try await create("20261122-100000-bbbb")
        #expect(after.run == "20261122-100000-kfzt-2")
        #expect(other.path != after.path)
        let later = try await create("20261122-100001")
        #expect(try RunDirectory.find(scratch.path) == later)
    }

    @Test("a run has its beginning on disk before it has a plan, so that a lost journal is missed")
    func lostJournal() async throws {
        let directory = try await create("20261122-100000")
        #expect(try directory.history().state.header?.reason == "window 42")
        let journal = "\(directory.path)/journal.jsonl"
        for text in ["", nil] as [String?] {
            try FileManager.default.removeItem(atPath: journal)
            if let text { try Data(text.utf8).write(to: URL(filePath: journal)) }
            #expect(throws: JournalError.self) { _ = try directory.history() }
            #expect(throws: JournalError.self) { _ = try directory.journal(now: { 0 }) }
        }
        for name in ["checkpoint.json", "journal.head"] {
            try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)")
            #expect(throws: JournalError.self, "without \(name)") { _ = try directory.history() }
        }
        #expect(throws: JournalError.self, "nothing but the plan is left") { _ = try directory.journal(now: { 0 }) }
    }

    @Test("a plan that was edited and a directory that was renamed are not those of the run")
    func edited() async throws {
        let directory = try await create("20261122-100000")
        let renamed = RunDirectory(path: "\(scratch.path)/c/20261122-100001")
        try FileManager.default.moveItem(atPath: directory.path, toPath: renamed.path)
        #expect(throws: JournalError.renamed(path: renamed.path, run: directory.run)) { _ = try renamed.history() }
        try FileManager.default.moveItem(atPath: renamed.path, toPath: directory.path)
        let plan = try String(contentsOfFile: directory.planPath, encoding: .utf8)
        try Data(plan.replacing("1.13", with: "1.14").utf8).write(to: URL(filePath: directory.planPath))
        let error = #expect(throws: JournalError.self) { _ = try directory.history() }
        guard case .damaged(directory.planPath, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    private func create(_ name: String) async throws -> RunDirectory {
        try RunDirectory.create(
            state: scratch.path,
            cluster: "c",
            name: name,
            plan: try await scene.plan(),
            playbook: "",
            playbookPath: "",
            holder: "ada@ops1",
            reason: "window 42",
            now: { 0 }
        )
    }
}
