import Testing
import UpgradeTestSupport

@Suite("A check of a large cluster")
struct LargeCheckTests {
    #if DEBUG
    // Nothing is inlined and every access is checked: some four seconds, where Scripts/release-check asks the release build for five at most.
    private static let limit = "20"
    #else
    private static let limit = "5"
    #endif

    @Test("1,000 nodes and 10,000 pods are checked in seconds of processor time", .timeLimit(.minutes(10)))
    func large() async throws {
        let scratch = try ScratchDirectory()
        let words = ["--upgrader", Program.upgrader, "--limit", Self.limit]
        let result = try await Program(Golden.root + "/Scripts/bench-check", words, in: scratch.path).wait()
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix("check of 1000 nodes and 10000 pods"))
    }
}
