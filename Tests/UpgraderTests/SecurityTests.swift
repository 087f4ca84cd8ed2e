import Foundation
import Testing
import UpgradeTestSupport

@Suite("SECURITY.md")
struct SecurityTests {
    @Test("every promise names a test that is there")
    func promises() throws {
        let text = try String(contentsOfFile: Golden.root + "/SECURITY.md", encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2)
        let files = FileManager.default.enumerator(atPath: Golden.root + "/Tests")?.compactMap { $0 as? String } ?? []
        let tests = try files.filter { $0.hasSuffix(".swift") }.map {
            try String(contentsOfFile: "\(Golden.root)/Tests/\($0)", encoding: .utf8)
        }
        #expect(rows.count > 8)
        for row in rows {
            let named = (row.split(separator: "|").last ?? "").matches(of: /"([^"]+)"/).map(\.output.1)
            #expect(!named.isEmpty, "\(row)")
            for name in named {
                #expect(tests.contains { $0.contains("@Test(\"\(name)\"") }, "\(name)")
            }
        }
    }

    @Test("a plan in a file is for its owner alone, and a device is written to, not replaced")
    func documents() async throws {
        let workshop = try Workshop(Workshop.small())
        let plan = try await workshop.upgrader("plan", Workshop.playbook, "-o", "plan.txt")
        try #require(plan.code == 0, "\(plan.errors)")
        let path = workshop.scratch.path + "/plan.txt"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try await workshop.upgrader("plan", Workshop.playbook, "-o", "/dev/null").code == 0)
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        #expect(type == .typeCharacterSpecial)
    }
}
