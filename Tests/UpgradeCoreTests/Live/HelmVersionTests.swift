import Testing

@testable import UpgradeCore

@Suite("What programs of Helm print of themselves")
struct HelmVersionTests {
    private func read(_ program: HelmProgram, _ output: String, _ error: String = "", _ status: Int32 = 0) -> String {
        let result = CommandResult(output: output, errorOutput: error, outcome: .exited(status))
        let found = HelmVersionReading.version(of: program, result)
        return "\(found.version.map { "\($0)" } ?? "none"): \(found.text)"
    }

    @Test("the forms of Helm 2, of one that was built without a commit, of Helm 3 and of helmfile")
    func forms() {
        #expect(
            read(.client("helm"), "Client: v2.16.12+g8cfe9cd\n") == "2.16.12: Client: v2.16.12+g8cfe9cd"
        )
        let bare = "Client: &version.Version{SemVer:\"v2.16.12\", GitCommit:\"\", GitTreeState:\"\"}"
        #expect(read(.client("helm"), bare) == "2.16.12: \(bare)")
        #expect(read(.client("helm3"), "v3.4.2+g23dd3af\n") == "3.4.2: v3.4.2+g23dd3af")
        #expect(read(.helmfile, "helmfile version v0.135.0\n") == "0.135.0: helmfile version v0.135.0")
        let server = HelmProgram.tiller(namespace: "kube-system")
        #expect(read(server, "Server: v2.16.12+g8cfe9cd\n") == "2.16.12: Server: v2.16.12+g8cfe9cd")
        // A warning of another line is none.
        #expect(read(.helmfile, "WARNING: v1.2.3 of x\nhelmfile version v0.135.0").hasPrefix("0.135.0: "))
    }

    @Test("no version is read off what is none, and why is told")
    func none() {
        let server = HelmProgram.tiller(namespace: "kube-system")
        #expect(read(server, "Client: v2.16.12+g8cfe9cd\n") == "none: Client: v2.16.12+g8cfe9cd")
        #expect(read(server, "", "Error: cannot connect to Tiller\n", 1) == "none: Error: cannot connect to Tiller")
        #expect(read(.client("helm"), "Client: v2.16\n") == "none: Client: v2.16")
        #expect(
            read(.client("helm"), "Client: v2.16.12+g8cfe9cd\n", "killed", 137) == "none: Client: v2.16.12+g8cfe9cd"
        )
        #expect(read(.client("helm3"), "", "sh: helm3: not found", 127) == "none: sh: helm3: not found")
    }
}
