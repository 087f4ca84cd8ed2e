import Foundation
import UpgradeCore

/// The texts that the suites of the playbook share.
enum PlaybookTexts {
    /// The smallest playbook that decodes; `more` is added at its end.
    static func smallest(_ more: String = "", hosts: String = "") -> String {
        """
        cluster: tiny
        target: "1.13"
        releases:
          "1.12": 1.12.10-1
          "1.13": 1.13.12-1
        hosts:
          - {name: e1, roles: [etcd]}
          - {name: m1, roles: [control-plane]}
        \(hosts)
        \(more)
        """
    }

    /// What is said about a text, one error a line; empty when it decodes.
    static func errors(of text: String) -> [String] {
        do throws(PlaybookError) {
            _ = try PlaybookDecoder.decode(text, file: "p.yaml", home: "/home/op")
            return []
        } catch {
            return error.all.map(\.description)
        }
    }

    /// The directory with the playbooks of this package.
    static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "playbooks")
}
