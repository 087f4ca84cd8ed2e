/// Who is told what a question to the cluster waits for, of a step that asks it: a host that is away, an Alertmanager without an
/// answer.
///
/// A question has no name by which it could be told, as an action has; it is told along the task that asks it.
enum QuestionWait {
    /// Takes what is waited for; does nothing where nobody wants to know.
    @TaskLocal static var report: @Sendable (ActionProgress) -> Void = { _ in }
}
