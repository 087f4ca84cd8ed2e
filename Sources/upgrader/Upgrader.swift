internal import ArgumentParser
internal import Glibc

/// Steps a Kubernetes cluster of Debian packages from one minor release to the next.
@main
struct Upgrader: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrader",
        abstract: "Steps a Kubernetes cluster of Debian packages, systemd units and SSH from release to release.",
        discussion: "Exit codes:\n"
            + Ending.allCases.map { "  \($0.rawValue)\t\($0.summary)" }.joined(separator: "\n"),
        version: "upgrader \(Version.number)",
        subcommands: [
            PlanCommand.self, RunCommand.self, ResumeCommand.self, StatusCommand.self, CheckCommand.self,
            CleanupCommand.self, RollbackCommand.self, RestoreEtcdCommand.self, VersionsCommand.self,
            ExplainCommand.self, PathCommand.self,
            WhyCommand.self, LogCommand.self, ReportCommand.self, ServeCommand.self, HelmCommand.self,
            PackageCommand.self, InitCommand.self,
        ]
    )

    static func main() async {
        leaveNoCore()
        if let misspelling = Misspelling(in: CommandLine.arguments.dropFirst(), of: Self.self) {
            Output.complain(misspelling.complaint)
            await Output.flush()
            exit(withError: misspelling.complaint.ending.code)
        }
        await main(nil)
    }

    /// Keeps words of hooks and tokens of webhooks out of core files, of what is begun from here as well.
    private static func leaveNoCore() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }
}
