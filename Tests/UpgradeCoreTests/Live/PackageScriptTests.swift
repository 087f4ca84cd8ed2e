import Foundation
import Testing

@testable import UpgradeCore

@Suite("archives and holds, asked of stand-ins of apt's programs by a real shell")
struct PackageScriptTests {
    private let sums = ["a", "b"].map { String(repeating: $0, count: 64) }

    @Test("each archive that a list has is told with its sum, and a version that no list has without one")
    func archives() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program(
            "apt-cache",
            """
            #!/bin/sh
            [ "$1" = show ] && [ "$2" = -- ] || exit 9
            case $3 in
                one=1:2-1) printf 'Package: one\nSHA256: \(sums[0])\n\nPackage: one\nSHA256: \(sums[1])\n' ;;
                two=3-1) printf 'Package: two\nStatus: install ok installed\n' ;;
                *) echo "E: No packages found" >&2; exit 100 ;;
            esac
            """
        )
        let text = try await bench.run(HostScripts.archives, "one=1:2-1", "two=3-1", "three=1-1").text()
        let one = PackageSpec(name: "one", version: try LiveScene.version("1:2-1"))
        #expect(try HostReading.archives(text) == sums.map { OfferedArchive(package: one, sha256: $0) })
    }

    @Test("what is no package and no sum is no answer", arguments: ["one=1-1", "one=1-1 abc", "one aa"])
    func unreadable(line: String) {
        #expect(throws: ReadingError.self) { try HostReading.archives(line) }
    }

    @Test("a hold is tried again while somebody has dpkg's lock")
    func mark() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program(
            "apt-mark",
            """
            #!/bin/sh
            cd "${0%/*}/.." || exit 9
            [ -e locked ] || { echo >locked; echo "dpkg: error: locked by another process" >&2; exit 100; }
            echo "$@" >told
            """
        )
        #expect(try await bench.run(HostScripts.mark, "hold", "kubernetes-node").succeeded)
        #expect(try bench.read("told") == "hold -- kubernetes-node\n")
    }
}
