import Foundation
import UpgradeTestSupport

/// A web server on loopback with the pages of upstream, and a proxy in front of it.
final class WebScene: Sendable {
    let scratch: ScratchDirectory
    private let server: Program
    private let proxy: Program
    /// The port of the server.
    let port: Int
    /// The port of the proxy.
    let proxyPort: Int

    /// Starts both, with the pages that the parsers are tested on.
    init() async throws {
        scratch = try ScratchDirectory()
        let pages = Golden.root + "/Tests/UpgradeKnowledgeTests/Fixtures/upstream"
        try FileManager.default.copyItem(atPath: pages, toPath: scratch.path + "/www")
        // It takes a free port and says which; -u: at once.
        let words = [
            "python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", scratch.path + "/www",
        ]
        server = try Program("/usr/bin/env", words, in: scratch.path)
        try await server.expect("Serving HTTP on 127.0.0.1 port ")
        let said = server.output.firstMatch(of: /port ([0-9]+)\b/).flatMap { Int($0.output.1) }
        guard let said else { throw Program.Failure(description: "no port: \(server.output)") }
        port = said
        proxyPort = try Loopback.freePort()
        let settings = "Port \(proxyPort)\nListen 127.0.0.1\nTimeout 30\nAllow 127.0.0.1\nLogLevel Connect\n"
        try scratch.write(Data(settings.utf8), to: "proxy.conf")
        proxy = try Program("/usr/bin/env", ["tinyproxy", "-d", "-c", scratch.path + "/proxy.conf"], in: scratch.path)
        let port = proxyPort
        for _ in 0..<200 where !Loopback.answers(port) {
            try await Task.sleep(for: .milliseconds(25))
        }
    }

    /// The address of the server, as a mirror of upstream.
    var mirror: String { "http://127.0.0.1:\(port)" }

    /// The address of the proxy.
    var proxyAddress: String { "http://127.0.0.1:\(proxyPort)" }

    /// The paths that were asked for through the proxy.
    var asked: [String] {
        proxy.output.matches(of: /Request .*: GET http:\/\/127\.0\.0\.1:[0-9]+(\/\S+) HTTP/).map { String($0.output.1) }
    }

    /// Puts another page where one was.
    func write(_ page: String, to path: String) throws {
        try scratch.write(Data(page.utf8), to: "www/" + path)
    }
}
