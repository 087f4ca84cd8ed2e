/// Asks programs of Helm's for their version, and reads what they say.
enum HelmVersionReading {
    /// The words that ask.
    ///
    /// Helm 3 takes `--client` too, for those that asked Helm 2, and helmfile asks both like this. The server is asked through
    /// the connection that Helm 2 itself makes to the pod of Tiller.
    /// - Source: helm v2.17 and v3.4 cmd/helm/version.go; helmfile pkg/helmexec/exec.go, pkg/app/version
    static func command(_ program: HelmProgram, _ playbook: Playbook) -> Command {
        switch program {
        case .client(let name): Command([name, "version", "--client", "--short"])
        case .helmfile: Command([playbook.helm?.helmfile?.program ?? "helmfile", "--version"])
        case .tiller(let namespace):
            Command(
                [
                    "env", "KUBECONFIG=\(playbook.api.kubeconfig)",
                    playbook.helm?.tillerClient ?? HelmAskedProgram.usual, "version", "--server", "--short",
                    "--tiller-namespace=\(namespace)", "--tiller-connection-timeout=20",
                ],
                needsRoot: true
            )
        }
    }

    /// What was said, of a program that may not be there at all.
    ///
    /// > Client: v2.16.12+g8cfe9cd
    /// > Server: &version.Version{SemVer:"v2.16.12", GitCommit:"", GitTreeState:""}  (of who built it without a commit)
    /// > v3.4.2+g23dd3af
    /// > helmfile version v0.135.0
    /// (helm v2.17 and v3.4 cmd/helm/version.go, formatVersion; helmfile main.go)
    static func version(of program: HelmProgram, _ result: CommandResult) -> HelmProgramVersion {
        let lines = result.output.split(whereSeparator: \.isNewline)
        let line: Substring? =
            switch program {
            case .tiller: lines.last { $0.hasPrefix("Server: ") }
            case .client: lines.first { $0.hasPrefix("Client: ") || $0.hasPrefix("v") }
            case .helmfile: lines.first { $0.hasPrefix("helmfile version ") }
            }
        let why = result.succeeded ? lines.first : result.errorOutput.split(whereSeparator: \.isNewline).last
        let text = Redaction.redact(String((line ?? why ?? "").prefix(longest)))
        guard result.succeeded, let line, let number = line.firstMatch(of: /v?([0-9]+\.[0-9]+\.[0-9]+)/) else {
            return HelmProgramVersion(version: nil, text: text)
        }
        return HelmProgramVersion(version: KubernetesVersion(String(number.1)), text: text)
    }

    /// Enough for any of the lines above.
    private static let longest = 200
}
