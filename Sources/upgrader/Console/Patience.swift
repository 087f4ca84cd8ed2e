internal import Foundation
internal import Synchronization
internal import UpgradeCore

/// Tells somebody who waits for the cluster what is waited for; whatever takes no second says nothing.
final class Patience: Sendable {
    /// Longer than a person takes for an answer, and long enough not to fill the screen.
    private static let first = Duration.seconds(1)
    private static let again = Duration.seconds(10)

    private let last = Mutex<String?>(nil)
    private let note: @Sendable (String) -> Void

    /// Makes one that has heard nothing.
    ///
    /// - Parameter note: takes a line for people.
    init(note: @escaping @Sendable (String) -> Void = { Output.note($0) }) {
        self.note = note
    }

    /// Takes what the cluster says of a wait.
    func hear(_ progress: ActionProgress) {
        last.withLock { $0 = progress.title }
    }

    /// Does `body`, and says that it is under way while it is.
    ///
    /// - Parameters:
    ///   - what: what is done, such as `looking at the cluster shop`.
    ///   - body: does it.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    func during<Value: Sendable>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
        let teller = Task { [self] in
            let began = ContinuousClock.now
            var pause = Self.first
            while (try? await Task.sleep(for: pause)) != nil {
                let seconds = (ContinuousClock.now - began).components.seconds
                let reason = last.withLock { $0 }.map { ": \($0)" } ?? ""
                note("\(what), \(seconds) s\(reason)")
                pause = Self.again
            }
        }
        defer { teller.cancel() }
        return try await body()
    }
}
