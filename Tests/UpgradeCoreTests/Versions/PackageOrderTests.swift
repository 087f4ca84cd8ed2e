import Foundation
import Testing

@testable import UpgradeCore

@Suite("Package versions in the order of dpkg")
struct PackageOrderTests {
    private func version(_ text: String) throws -> PackageVersion { try #require(PackageVersion(text)) }

    /// From the oldest on; each is older than all that stand behind it.
    private static let ordered = [
        "0.9-9", "1.0~beta1~svn1245-1", "1.0~beta1-1", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.0-10", "1.0a-1", "1.0+b-1",
        "1.0.1-1", "1.2-1", "1.10-1", "3.5.8-1", "3.7.5-1~bpo1", "3.7.5-1", "99999999999999999999.1-1",
        "99999999999999999999.2-1", "1:0.1-1", "2:0.1-1",
    ]

    @Test("epoch, numbers, tildes and revisions count as deb-version(7) says")
    func order() throws {
        let versions = try Self.ordered.map(version)
        for (index, one) in versions.enumerated() {
            for (place, other) in versions.enumerated() {
                #expect(one.isOlder(than: other) == (index < place), "\(one) and \(other)")
            }
        }
    }

    @Test(
        "what dpkg takes for the same is older in neither direction",
        arguments: [("1.0-1", "1.00-01"), ("0:1-1", "1-1"), ("1-0", "1")]
    )
    func same(left: String, right: String) throws {
        #expect(try !version(left).isOlder(than: version(right)) && !version(right).isOlder(than: version(left)))
    }

    @Test("dpkg itself says the same", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg")))
    func dpkg() throws {
        let some = Self.ordered + ["1.00-01", "1.0-1.1", "1.0--1", "1a2b10-1", "1.0+dfsg-1", "1.0~-1"]
        for left in some {
            for right in some {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/dpkg")
                process.arguments = ["--compare-versions", left, "lt", right]
                process.standardError = nil
                try process.run()
                process.waitUntilExit()
                let isOlder = try version(left).isOlder(than: version(right))
                #expect(isOlder == (process.terminationStatus == 0), "\(left) and \(right)")
            }
        }
    }
}
