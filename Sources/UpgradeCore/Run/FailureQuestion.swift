/// What the operator is asked about a step that has failed.
public struct FailureQuestion: Hashable, Sendable {
    /// The step.
    public var key: StepKey
    /// Counts its attempts, from 1.
    public var attempt: Int
    /// Why the last one failed.
    public var failure: Failure
    /// What its job was that may still run, and that another attempt waits for; `nil` where there is none.
    public var left: Action?
    /// Why the step cannot be left out as things stand; `nil` where nothing of it is left or may still run.
    public var hindrance: SkipHindrance?
    /// How things stood when it was asked.
    public var standing: Standing

    /// How things stand while a question does.
    public struct Standing: Hashable, Sendable {
        /// What is ours on the cluster.
        public var ledger: Ledger
        /// The steps of other lanes that go on meanwhile.
        public var inHand: [StepKey]
        /// The steps that have failed and are asked about, this one among them.
        public var asked: [StepKey]

        /// Makes one.
        public init(ledger: Ledger = Ledger(), inHand: [StepKey] = [], asked: [StepKey] = []) {
            self.ledger = ledger
            self.inHand = inHand
            self.asked = asked
        }
    }

    /// Makes a question.
    public init(
        key: StepKey,
        attempt: Int,
        failure: Failure,
        left: Action? = nil,
        hindrance: SkipHindrance? = nil,
        standing: Standing = Standing()
    ) {
        self.key = key
        self.attempt = attempt
        self.failure = failure
        self.left = left
        self.hindrance = hindrance
        self.standing = standing
    }
}

/// What the operator wants to become of a step that has failed.
public enum FailureAnswer: Hashable, Sendable {
    /// Another attempt.
    case retry
    /// The step is left out; taken for `abort` where there is a hindrance.
    case skip(Skip)
    /// The lane stays where it failed, and the run stops once the other lanes have ended.
    case abort

    /// The answer as it is typed.
    public var word: String {
        switch self {
        case .retry: "retry"
        case .skip: "skip"
        case .abort: "abort"
        }
    }
}

/// Asks the operator; there is none where nobody can be asked.
public protocol Asker: Sendable {
    /// Asks, and waits for the answer without holding a thread of the run.
    ///
    /// Several lanes may ask at once. Returns early when the task is cancelled, because the operator wishes to stop; what
    /// it returns then counts for nothing.
    ///
    /// - Parameters:
    ///   - question: the question.
    ///   - now: how things stand when it is called: others fail, end, and leave something meanwhile.
    /// - Returns: what is to become of the step.
    func ask(
        _ question: FailureQuestion,
        now: @escaping @Sendable () -> FailureQuestion.Standing
    ) async -> FailureAnswer
}
