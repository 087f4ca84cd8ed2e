internal import Foundation
public import UpgradeCore

/// Speaks HTTP with the program `curl`.
///
/// Address, token and body go to it on standard input, as a configuration file: nothing of them is in its arguments,
/// where everybody on the machine could read them. Why not `URLSession`: see `CurlPages`.
public struct CurlClient: WebClient {
    /// Makes a client.
    public init() {}

    /// Sends a request.
    ///
    /// - Throws: `WebError.noAnswer` with curl's own words.
    public func send(_ request: WebRequest) async throws(WebError) -> WebAnswer {
        // -q, and first: whatever is in ~/.curlrc is not part of the plan.
        let program = LocalProgram(
            words: ["curl", "-q", "--config", "-"],
            input: configuration(request),
            keepsOutput: true
        )
        let ending: LocalProgram.Ending
        do throws(LocalProgram.Failure) {
            ending = try await program.run(deadline: request.deadline + .seconds(1))
        } catch {
            switch error {
            case .notStarted(let reason): throw .noAnswer("curl cannot be run: \(reason)")
            case .outputTooLong: throw .noAnswer("the answer is longer than 50 MB")
            case .overdue: throw .noAnswer("no answer in \(request.deadline.text)")
            }
        }
        guard ending.status == 0 else {
            let words = ending.errors.trimmingCharacters(in: .whitespacesAndNewlines)
            throw .noAnswer(words.isEmpty ? "curl ended with \(ending.status ?? -1)" : Redaction.redact(words))
        }
        guard let newline = ending.output.lastIndex(of: "\n"),
            let status = Int(ending.output[ending.output.index(after: newline)...])
        else { throw .noAnswer("curl did not say a status") }
        return WebAnswer(status: status, body: String(ending.output[..<newline]))
    }

    /// The request as curl reads it.
    func configuration(_ request: WebRequest) -> String {
        let seconds = request.deadline / .seconds(1)
        var lines = [
            "silent", "show-error", "proto = \"=http,https\"", "max-filesize = 50000000",
            "max-time = \(String(format: "%.3f", max(0.001, seconds)))",
            "write-out = \"\\n%{http_code}\"",
            "request = \(quoted(request.method))",
            "url = \(quoted(request.url))",
            // Without it curl waits a second for a server that does not know `Expect: 100-continue`.
            "header = \"Expect:\"",
        ]
        if let type = request.contentType { lines.append("header = \(quoted("Content-Type: \(type)"))") }
        if let token = request.token { lines.append("header = \(quoted("Authorization: Bearer \(token)"))") }
        if let body = request.body { lines.append("data-raw = \(quoted(body))") }
        // A `[` of an address is not a pattern here.
        return (lines + ["globoff"]).joined(separator: "\n") + "\n"
    }

    /// > If the parameter contains whitespace […] it must be enclosed within quotes. Within double quotes the following
    /// > escape sequences are available: \\, \", \t, \n, \r and \v. (curl(1), --config)
    private func quoted(_ text: String) -> String {
        "\"\(text.escaped(Self.escapes))\""
    }

    private static let escapes: [Unicode.Scalar: String] = [
        "\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    ]
}
