public import UpgradeCore

/// Whether a step that has failed may be left out.
///
/// By its kind, which is data (`steps.yaml`), and by what it has left. A kind of which nothing is said may not be.
public enum SkipVerdict: Hashable, Sendable {
    /// It may; what follows from it.
    case allowed(consequence: String)
    /// It may not, and why.
    case refused(why: String)

    /// Judges a step.
    ///
    /// - Parameters:
    ///   - key: the step.
    ///   - hindrance: what it has left.
    ///   - guides: what is known of kinds of steps.
    public init(_ key: StepKey, _ hindrance: SkipHindrance?, guides: [StepID: StepGuide]) {
        let isHook = key.step.description == "hook" || key.step.description.hasPrefix("hook-")
        guard let guide = guides[key.step] ?? (isHook ? .hook : nil), let consequence = guide.skip else {
            self = .refused(why: "the steps after \(key.step) take for granted what it does")
            return
        }
        if let why = guide.keep?[key.phase.kind.description] {
            self = .refused(why: why)
        } else if let hindrance {
            self = .refused(why: hindrance.why)
        } else {
            self = .allowed(consequence: consequence)
        }
    }
}
