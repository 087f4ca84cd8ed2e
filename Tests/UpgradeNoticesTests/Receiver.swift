import Foundation
import UpgradeTestSupport

/// A receiver of webhooks on loopback that writes down what it gets, and answers as it is told.
final class Receiver: Sendable {
    /// A request that it got.
    struct Request: Decodable {
        var path: String
        var headers: [String: String]
        var body: String
    }

    private let scratch: ScratchDirectory
    private let process: Program
    let port: Int

    /// Starts one that gives these answers, one after another; the last is repeated; 0 answers nothing at all.
    init(_ statuses: [Int] = [200]) async throws {
        scratch = try ScratchDirectory()
        let script = """
            import http.server, json, sys, time
            statuses = json.loads(sys.argv[2])
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                    with open(sys.argv[1], "a") as log:
                        log.write(json.dumps({"path": self.path, "headers": dict(self.headers), "body": body}) + "\\n")
                    status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
                    if status == 0:
                        time.sleep(600)
                    self.send_response(status)
                    self.end_headers()
                def log_message(self, *words): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.daemon_threads = True
            print(server.server_port, flush=True)
            server.serve_forever()
            """
        process = try Program("/usr/bin/python3", ["-c", script, scratch.path + "/log", "\(statuses)"])
        try await process.expect("\n")
        port = Int(process.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    var address: String { "http://127.0.0.1:\(port)/hook" }

    /// What it got, in order.
    var requests: [Request] {
        let text = String(decoding: (try? scratch.read("log")) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
    }

    func path(_ name: String) -> String { scratch.path + "/" + name }

    func write(_ text: String, to name: String) throws { try scratch.write(Data(text.utf8), to: name) }
}
