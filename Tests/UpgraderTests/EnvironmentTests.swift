import Foundation
import Testing
import UpgradeTestSupport

@Suite("What the program takes from its environment, and where it writes")
struct EnvironmentTests {
    @Test(
        "a run, and all that tells of it, writes to the state directory and to files that were named, and nowhere else"
    )
    func writes() async throws {
        let workshop = try Workshop(Workshop.small())
        let places = ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR"]
        var environment = ["PATH": "/usr/bin:/bin"]
        for place in places {
            let path = "\(workshop.scratch.path)/\(place)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            environment[place] = path
        }
        for words in [
            ["check", Workshop.playbook], ["plan", Workshop.playbook], ["run", Workshop.playbook], ["status"], ["why"],
            ["log"], ["report", "-o", "report.html"], ["explain", "drain"], ["versions", "list"], ["cleanup"],
        ] {
            let program = try Program(Program.upgrader, words, in: workshop.scratch.path, environment: environment)
            let result = try await program.wait()
            #expect(result.code == 0, "\(words): \(result.errors)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: workshop.scratch.path)
        #expect(Set(names) == Set(places + [Workshop.playbook, "state", "report.html"]))
        for place in places {
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(workshop.scratch.path)/\(place)")
            #expect(left.isEmpty, "\(place): \(left)")
        }
    }

    @Test(
        "KUBECONFIG of this machine changes no command: the API is asked on its hosts, with the playbook's kubeconfig"
    )
    func kubeconfig() async throws {
        let workshop = try Workshop(Workshop.small())
        func plan(_ environment: [String: String]) async throws -> String {
            let environment = environment.merging(["PATH": "/usr/bin:/bin", "HOME": workshop.scratch.path]) { $1 }
            let words = ["plan", Workshop.playbook]
            let program = try Program(Program.upgrader, words, in: workshop.scratch.path, environment: environment)
            return workshop.normalized(try await program.wait().output)
        }
        let plain = try await plan([:])
        #expect(plain.contains("cp1: kubectl --kubeconfig=/etc/kubernetes/admin.conf "))
        #expect(try await plan(["KUBECONFIG": "\(workshop.scratch.path)/another"]) == plain)
        try workshop.write(Workshop.small(extra: "api: {kubeconfig: /root/.kube/config}"))
        #expect(try await plan([:]).contains("cp1: kubectl --kubeconfig=/root/.kube/config "))
    }

    @Test("docs/reference/environment.md names every variable that the sources read")
    func names() throws {
        let page = try String(contentsOfFile: Golden.root + "/docs/reference/environment.md", encoding: .utf8)
        let sources = try #require(FileManager.default.enumerator(atPath: Golden.root + "/Sources"))
        var found: Set<String> = []
        for case let path as String in sources where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(Golden.root)/Sources/\(path)", encoding: .utf8)
            for match in text.matches(of: /(?:environment\[|environment\(|getenv\()"([A-Z_]+)"/) {
                found.insert(String(match.output.1))
            }
        }
        #expect(found.isSuperset(of: ["TERM", "NO_COLOR", "TMUX", "STY", "USER", "HOME"]))
        for name in found { #expect(page.contains("`\(name)`"), "\(name)") }
    }
}
