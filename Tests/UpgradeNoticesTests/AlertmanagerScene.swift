import Foundation
import Testing
import UpgradeCore
import UpgradeNotices
import UpgradeTestSupport

/// A real Alertmanager on loopback: the one that Debian packages, with its data in a directory of the test.
final class AlertmanagerScene: Sendable {
    static let program = "/usr/bin/prometheus-alertmanager"

    let scratch: ScratchDirectory
    let port: Int
    private let process: Process

    init() async throws {
        scratch = try ScratchDirectory()
        try scratch.write(Data("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".utf8), to: "config.yml")
        port = try Self.freePort()
        process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "--config.file=\(scratch.path)/config.yml", "--storage.path=\(scratch.path)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<400 {
            if let answer = try? await CurlClient().send(WebRequest("GET", "\(address)/-/ready")), answer.status == 200
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "\(Self.program) did not become ready")
    }

    deinit { process.terminate() }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    var address: String { "http://127.0.0.1:\(port)" }

    /// A silence as the API lists it.
    struct Listed: Decodable {
        struct Status: Decodable { var state: String }
        var id: String
        var status: Status
        var comment: String
        var createdBy: String
    }

    /// Every silence, also those that are over.
    func silences() async throws -> [Listed] {
        let answer = try await CurlClient().send(WebRequest("GET", "\(address)/api/v2/silences"))
        return try JSONDecoder().decode([Listed].self, from: Data(answer.body.utf8))
    }

    /// Opens a silence as somebody else does, or changes one.
    func post(_ comment: String, by creator: String, id: String? = nil) async throws {
        let form = Date.ISO8601FormatStyle()
        var body: [String: Any] = [
            "matchers": [["name": "cluster", "value": "test", "isRegex": false, "isEqual": true]],
            "startsAt": Date().formatted(form), "endsAt": Date(timeIntervalSinceNow: 3600).formatted(form),
            "createdBy": creator, "comment": comment,
        ]
        if let id { body["id"] = id }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        let request = WebRequest("POST", "\(address)/api/v2/silences", contentType: "application/json", body: text)
        #expect(try await CurlClient().send(request).status == 200)
    }

    var options: SilenceOptions {
        SilenceOptions(name: "test", alertmanager: address, matchers: [AlertMatcher(name: "cluster", value: "test")])
    }

    /// A port that nobody has at this moment.
    static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
            }
        }
        guard code == 0 else { throw Failure(description: "no free port: \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
