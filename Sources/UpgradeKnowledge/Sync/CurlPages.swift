internal import Foundation

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
    /// Waits for the answer, at most a minute.
    /// - Throws: `PageError`.
    public func read(_ url: String) throws(PageError) -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["curl"] + words(url)
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let data: Data?
        do {
            try process.run()
            data = try output.fileHandleForReading.readToEnd()
        } catch {
            throw .unreachable("curl cannot be run: \(error.localizedDescription)")
        }
        // One line at most, so that it fits the pipe while the output is read.
        let complaint = String(decoding: (try? errors.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        // > 18 Partial file. Only a part of the file was transferred. (curl(1))
        guard process.terminationStatus != 18 else { throw .truncated("less came than the server announced") }
        guard process.terminationStatus == 0 else {
            throw .unreachable(complaint.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard let text = String(data: data ?? Data(), encoding: .utf8) else {
            throw .unreadable("it is not UTF-8")
        }
        guard let newline = text.lastIndex(of: "\n"), let status = Int(text[text.index(after: newline)...]) else {
            throw .unreachable("curl did not say a status")
        }
        guard status == 200 else { throw .status(status) }
        return String(text[..<newline])
    }
}
