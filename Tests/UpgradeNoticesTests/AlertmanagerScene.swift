import Foundation
import Testing
import UpgradeCore
import UpgradeNotices
import UpgradeTestSupport

/// A real Alertmanager on loopback: the one that Debian packages, with its data in a directory of the test.
final class AlertmanagerScene: Sendable {
    let scratch: ScratchDirectory
    let port: Int
    private let process: Program

    init() async throws {
        scratch = try ScratchDirectory()
        try scratch.write(Data("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".utf8), to: "config.yml")
        port = try Loopback.freePort()
        let words = [
            "--config.file=\(scratch.path)/config.yml", "--storage.path=\(scratch.path)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ]
        process = try Program("/usr/bin/prometheus-alertmanager", words, in: scratch.path)
        try await process.expect("Listening on")
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
}
