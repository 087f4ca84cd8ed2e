internal import ArgumentParser
internal import Foundation
internal import UnixSignals
internal import UpgradeCore
internal import UpgradeReport
internal import UpgradeServe

/// `upgrader serve`: the report of a run, live, for whoever watches; nothing is changed.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the report of a run live, on this machine alone, to whoever has the address that is printed.",
        discussion:
            "Reads the run's directory alone: no host is asked, nothing is changed or held. The page follows the run, also"
            + " one that is begun later or resumed. /metrics has its figures as OpenMetrics. Ctrl-C ends it, with 0.",
    )

    @Argument(help: "The run's directory; the newest run, at any time, when not given.", completion: .directory)
    var run: String?

    @Option(help: "Where to listen: 127.0.0.1:PORT or [::1]:PORT, nothing else; port 0 is a free one.")
    var listen = "127.0.0.1:0"

    @Option(
        help: "Take the token from this file (0600), or make one there; it is then not printed.",
        completion: .file()
    )
    var tokenFile: String?

    @Option(help: "text or json: what is printed once it listens.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        let (path, format, tokenFile, json) = (run ?? state.state, format, tokenFile, format == .json)
        try await complaining(json: json) {
            let address = try LoopbackAddress(listen)
            let token = try tokenFile.map { try AccessToken.kept(in: $0) } ?? AccessToken()
            let served = ServedRun(path)
            let server = PageServer(address, token: token, script: LivePage.script, pages: served)
            let wishes = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.run { bound in
                        let served = ServeDocument(bound, token, tokenFile: tokenFile, run: served.directory?.path)
                        Output.write(json ? served.json : served.text)
                        if served.run == nil, format == .text { Self.tellNone(path) }
                    }
                }
                group.addTask {
                    for await _ in wishes { return }
                }
                try await group.next()
                group.cancelAll()
            }
            return .done
        }
    }

    /// There is no run yet, or none that can be read: it is said, and served.
    private static func tellNone(_ path: String) {
        do {
            _ = try RunDirectory.find(path)
        } catch JournalError.noRun {
            Output.note(
                "note: there is no run in \(path) yet; begin one with `upgrader run PLAYBOOK`, or name the directory of a run"
            )
        } catch {
            Output.complain(Complaint(error))
        }
    }
}

/// What `serve` prints once it listens.
struct ServeDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 1
    /// The address of the page; with the token, unless that is in a file.
    var url: String
    /// The address of the figures; they want the token as well.
    var metrics: String
    /// The file with the token, where there is one.
    var tokenFile: String?
    /// The directory of the run, where there is one.
    var run: String?

    init(_ address: LoopbackAddress, _ token: AccessToken, tokenFile: String?, run: String?) {
        let base = "http://\(address.text)"
        url = tokenFile == nil ? "\(base)/?token=\(token.secret)" : "\(base)/"
        metrics = "\(base)/metrics"
        self.tokenFile = tokenFile
        self.run = run
    }

    /// For people: the address is a line of its own, so that it can be taken as a whole.
    var text: String {
        let what = run ?? "the first run that is begun"
        let how = tokenFile.map { "; put ?token= and the content of \($0) behind it" } ?? ""
        return "serving \(what), until Ctrl-C, on this machine alone\(how):\n\(url)"
    }

    /// For programs.
    var json: String { (try? JSON.text(self)) ?? "{}" }
}
