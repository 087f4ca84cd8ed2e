public import UpgradeCore

/// All that can be told of a run afterwards: plan against actual, times, commands, what was accepted, and digests.
///
/// A value made from the run's directory alone; it is what `--format json` writes, and what the pages are made from.
public struct RunReport: Hashable, Sendable, Encodable {
    /// The form of the JSON, raised when it changes.
    public static let schema = 1

    /// One process that worked on the run.
    public struct Sitting: Hashable, Sendable, Encodable {
        /// `user@host`.
        public var by: String
        /// Why, in the operator's words.
        public var reason: String
        /// When it began, and ended, in seconds since 1970.
        public var began: Double
        /// When its last record was made.
        public var ended: Double
        /// How it ended, in words.
        public var ending: String
    }

    /// A hop or a phase: plan against actual.
    public struct Part: Hashable, Sendable, Encodable {
        /// The hop.
        public var hop: String
        /// The phase; absent for a whole hop.
        public var phase: String?
        /// How many lanes are walked at once.
        public var batch: Int?
        /// Steps of the plan.
        public var steps: Int
        /// Steps that are done.
        public var done: Int
        /// Steps whose last attempt failed.
        public var failed: Int
        /// Steps that the operator has left out.
        public var skipped: Int
        /// Attempts beyond the first.
        public var retries: Int
        /// When its first step was begun.
        public var began: Double?
        /// When its last step has ended.
        public var ended: Double?
        /// How long somebody worked on the run between the two, in seconds.
        public var worked: Double?
    }

    /// A command that has ended, or one of an action of which no more is known.
    public struct Command: Hashable, Sendable, Encodable {
        /// The host.
        public var host: String
        /// The command, secrets taken out.
        public var command: String
        /// How it ended; absent where that was not recorded.
        public var status: String?
        /// How long it took, in seconds.
        public var seconds: Double?
        /// The end of what it printed.
        public var output: String?
    }

    /// One action.
    public struct Deed: Hashable, Sendable, Encodable {
        /// What it does.
        public var action: String
        /// `ended`, `failed`, `settled` (a later look found it done, or it was begun anew), `open`.
        public var outcome: String
        /// When it was begun.
        public var began: Double
        /// When its end was recorded.
        public var ended: Double?
        /// How long somebody worked on the run between the two, in seconds.
        public var worked: Double?
        /// Its commands.
        public var commands: [Command]
    }

    /// One attempt at a step.
    public struct Attempt: Hashable, Sendable, Encodable {
        /// From 1.
        public var number: Int
        /// `done`, `failed`, `released`, `open`.
        public var outcome: String
        /// When it was begun.
        public var began: Double
        /// When it has ended.
        public var ended: Double?
        /// How long somebody worked on the run between the two, in seconds.
        public var worked: Double?
        /// Why it failed.
        public var why: String?
        /// The command that failed.
        public var ran: String?
        /// The end of what that printed.
        public var output: String?
        /// Its actions.
        public var deeds: [Deed]
        /// What it was seen waiting for, each once.
        public var waits: [Wait]
        /// What its gate measured last; empty where it has none, or nothing was written down of it.
        public var measured: [GateReading]
    }

    /// Something that was waited for.
    public struct Wait: Hashable, Sendable, Encodable {
        /// When it was first seen.
        public var time: Double
        /// What.
        public var text: String
        /// Whether it is the step's gate.
        public var isGate: Bool
    }

    /// One step of the plan.
    public struct Step: Hashable, Sendable, Encodable {
        /// Its place, from 1.
        public var number: Int
        /// Its key.
        public var key: String
        /// The hop.
        public var hop: String
        /// The phase.
        public var phase: String
        /// The kind of step.
        public var step: String
        /// The host, or `cluster`.
        public var target: String
        /// What it is for.
        public var title: String
        /// `done`, `skipped`, `failed`, `in hand`, `not begun`.
        public var outcome: String
        /// How the operator has left it out.
        public var skip: Skip?
        /// Whether it has a gate that nothing else passes, before or after a change.
        public var isCheck: Bool
        /// The attempts.
        public var attempts: [Attempt]
    }

    /// The operator's word that a step is left out.
    public struct Skip: Hashable, Sendable, Encodable {
        /// `user@host`.
        public var by: String
        /// Why, in the operator's words.
        public var reason: String
        /// What follows from it, as the operator was told.
        public var consequence: String
        /// When, in seconds since 1970.
        public var time: Double
    }

    /// Something that the operator has said yes to, with the reason.
    public struct Consent: Hashable, Sendable, Encodable {
        /// `fact`, `finding`, `state`, `permission` or `skip`.
        public var kind: String
        /// What.
        public var what: String
        /// Why.
        public var reason: String
    }

    /// The form of the JSON.
    public var schema = Self.schema
    /// The cluster.
    public var cluster: String
    /// The run.
    public var run: String
    /// The release that it leads from.
    public var from: String
    /// The release that it leads to.
    public var to: String
    /// How the run stands.
    public var status: RunStatus
    /// The steps about which the operator is asked now, each as `STEP@HOST`.
    public var asked: [String]
    /// Who works on the cluster now.
    public var holder: String?
    /// When the run was begun.
    public var began: Double
    /// When the last record was made.
    public var ended: Double
    /// Whether the cluster was a simulated one.
    public var isSimulated: Bool
    /// Who worked on it.
    public var sittings: [Sitting]
    /// Hops, each followed by its phases.
    public var parts: [Part]
    /// How available the API was, as it was looked at while the run was at work; absent where nobody looked.
    public var availability: APIAvailability?
    /// Every step.
    public var steps: [Step]
    /// What the operator said yes to.
    public var consents: [Consent]
    /// Nodes that were Ready before the first change.
    public var readyBefore: [String]
    /// Nodes that somebody else had cordoned.
    public var foreignCordons: [String]
    /// What of the run is on the cluster.
    public var ledger: [String]
    /// What cleanup undid, or found to be somebody else's.
    public var struck: [String]
    /// Records of the journal.
    public var records: Int
    /// The hash of the journal's last line, which covers every line before it.
    public var journalDigest: String
    /// SHA-256 of plan.json.
    public var planDigest: String
    /// SHA-256 of the playbook.
    public var playbookDigest: String
    /// SHA-256 of the version data.
    public var versionsDigest: String
    /// What was noticed in the state directory.
    public var notices: [String]
}
