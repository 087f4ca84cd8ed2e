import Foundation
import UpgradeCore
import UpgradeSSH

/// The product's own transport through its own seam, as a contestant of `benchmarks/harness`.
///
///     benchmarks remote CONFIG HOSTS run COMMANDS        `true` that often on each host, one after the other
///     benchmarks remote CONFIG HOSTS copy FILE PATH      a file to each host
///
/// HOSTS has an address a line, CONFIG is an SSH configuration. All hosts at once: the remote has its own bounds.
enum RemoteWork {
    private static let deadline = Duration.seconds(300)

    static func perform(_ words: [String]) async throws {
        guard words.count >= 4 else { throw Benchmarks.Wrong(words: words) }
        let hosts = try String(contentsOfFile: words[1], encoding: .utf8)
            .split(separator: "\n")
            .map { UpgradeCore.Host(name: String($0), address: String($0), roles: [.worker]) }
        let remote: any Remote = SSHRemote(SSHSettings(configFile: words[0], connectDeadline: .seconds(120)))
        let result: Result<Void, any Error>
        do {
            result = .success(try await perform(words[2], Array(words[3...]), on: hosts, through: remote))
        } catch {
            result = .failure(error)
        }
        await remote.close()
        try result.get()
    }

    private static func perform(
        _ work: String,
        _ words: [String],
        on hosts: [UpgradeCore.Host],
        through remote: any Remote
    ) async throws {
        let commands = Int(words[0]) ?? 0
        guard work == "run" && commands > 0 || work == "copy" && words.count == 2 else {
            throw Benchmarks.Wrong(words: words)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for host in hosts {
                group.addTask {
                    if work == "copy" {
                        try await remote.upload(words[0], to: words[1], on: host, deadline: deadline)
                        return
                    }
                    for _ in 0..<commands {
                        let result = try await remote.run(Command("true"), on: host, deadline: deadline)
                        guard result.succeeded else { throw Failed(host: host.name, result: result) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// A command that did not do what it was measured for.
    struct Failed: Error {
        var host: String
        var result: CommandResult
    }
}
