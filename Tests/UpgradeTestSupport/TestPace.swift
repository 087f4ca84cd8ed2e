import Foundation

/// How fast the machine of a test is, as whoever runs it says: under valgrind every program takes some fifty times as long, under a
/// sanitizer some five times.
public enum TestPace {
    /// What the tests run under: `address`, `thread` or `valgrind`, as `Scripts/sanitize` says; `nil` for nothing.
    public static let sanitizer = ProcessInfo.processInfo.environment["TEST_SANITIZER"]

    /// How many times as long a test lets a program of this process take that has much to compute.
    static let patience = ["valgrind": 30, "address": 4, "thread": 4][sanitizer ?? ""] ?? 1
}

extension Duration {
    /// As long as this on a machine at its own pace; longer where the tests are slowed down.
    public var patient: Duration { self * TestPace.patience }
}
