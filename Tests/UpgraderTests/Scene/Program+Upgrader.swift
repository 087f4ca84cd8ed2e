import Foundation
import UpgradeTestSupport

extension Program {
    /// The program beside the tests.
    static var upgrader: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("upgrader").path
    }
}
