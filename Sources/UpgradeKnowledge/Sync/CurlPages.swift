internal import Foundation
internal import Subprocess

/// Reads pages with the program `curl`.
///
/// `URLSession` on Linux ignores the proxy of its configuration; it only takes one from the environment of the whole
/// process (tried with Swift 6.3: with `connectionProxyDictionary` set, no request arrives at the proxy). curl takes it
/// as an argument, says when an answer is shorter than announced, and is on every Debian that has apt behind a proxy.
public struct CurlPages: Sendable {
    /// The web proxy; `nil` for what the environment says.
    public var proxy: String?

    /// Makes a reader.
    public init(proxy: String?) {
        self.proxy = proxy
    }

    /// The words of the command for a page.
    func words(_ url: String) -> [String] {
        // -q: whatever is in ~/.curlrc is not part of the plan. The limits are far above any of the pages.
        let limits = ["--max-time", "60", "--max-filesize", "20000000", "--max-redirs", "5"]
        let safety = ["--proto", "=http,https", "--proto-redir", "=http,https", "--location"]
        // Whoever names a proxy means it, also for the hosts that no_proxy excepts.
        let way = proxy.map { ["--proxy", $0, "--noproxy", ""] } ?? []
        let form = ["--silent", "--show-error", "--compressed", "--write-out", "\n%{http_code}"]
        return ["-q"] + form + limits + safety + way + ["--", url]
    }

    /// Reads a page.
    ///
    /// Waits for the answer, at most a minute; ends when the task is cancelled.
    /// - Throws: `PageError`.
    public func read(_ url: String) async throws(PageError) -> String {
        let (status, output, errors): (TerminationStatus, [UInt8], String?)
        do {
            let result = try await Subprocess.run(
                .name("curl"),
                arguments: Arguments(words(url)),
                // Above --max-filesize, which does not hold for an answer of unknown length.
                output: .bytes(limit: 20_100_000),
                error: .string(limit: 100_000)
            )
            (status, output, errors) = (result.terminationStatus, result.standardOutput, result.standardError)
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw .unreadable("it is longer than 20 MB")
        } catch {
            throw .unreachable("curl cannot be run: \(error)")
        }
        // > 18 Partial file. Only a part of the file was transferred. (curl(1))
        guard status != .exited(18) else { throw .truncated("less came than the server announced") }
        guard status.isSuccess else {
            throw .unreachable((errors ?? "").trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard let text = String(validating: output, as: UTF8.self) else { throw .unreadable("it is not UTF-8") }
        guard let newline = text.lastIndex(of: "\n"), let status = Int(text[text.index(after: newline)...]) else {
            throw .unreachable("curl did not say a status")
        }
        guard status == 200 else { throw .status(status) }
        return String(text[..<newline])
    }
}
