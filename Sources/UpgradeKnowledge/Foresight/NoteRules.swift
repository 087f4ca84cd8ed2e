public import UpgradeCore

/// The urgent notes of upstream that the facts of a cluster answer; each is a rule by data.
enum NoteRules {
    /// Other families tell of these, with the place of each.
    private static let told: Set<String> = ["flag-removed", "node-labels"]

    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        path.flatMap { hop in
            knowledge.notes.notes(hop).filter(isRule).compactMap { finding($0, facts, hop) }
        }
    }

    private static func isRule(_ note: UrgentNotes.Note) -> Bool {
        !told.contains(note.category) && note.told_by == nil && note.severity != "not-applicable"
    }

    private static func finding(_ note: UrgentNotes.Note, _ facts: ClusterFacts, _ hop: HopID) -> Finding? {
        let matches = (note.detect ?? []).map { NoteMatch(facts).places(of: $0, note) }
        let places = matches.flatMap { $0 }
        guard !places.isEmpty, note.detect_all != true || matches.allSatisfy({ !$0.isEmpty }) else { return nil }
        return Finding(
            id: "note/\(note.id)",
            title: note.summary.prefix { $0 != ";" && $0 != ":" }.trimmed,
            places: places,
            reason: note.summary,
            hop: hop,
            severity: severity(note),
            cure: note.fix ?? "read the note",
            source: "urgent-notes.yaml: \(note.source)"
        )
    }

    /// What upstream calls a blocker kills where it is about a daemon, and is refused by the API where it is about APIs.
    private static func severity(_ note: UrgentNotes.Note) -> Finding.Severity {
        if note.kind == "deprecation" { return .worthKnowing }
        switch note.severity {
        case "blocker":
            return ["apis", "storage", "version-skew"].contains(note.category)
                ? .refusedByAPI : note.category == "dns" ? .changesBehaviour : .killsDaemon
        case "warning": return .changesBehaviour
        default: return .worthKnowing
        }
    }

    /// The notes of the path that no program can answer, for a person to look at.
    static func byHand(_ path: [HopID], _ knowledge: Breakage) -> [(hop: HopID, note: UrgentNotes.Note)] {
        path.flatMap { hop in
            knowledge.notes.notes(hop).filter { note in
                isRule(note) && !(note.detect ?? []).contains(where: NoteMatch.canAnswer)
            }.map { (hop, $0) }
        }
    }
}

extension Foresight {
    /// The urgent notes of the path that nothing observed can answer; findings for a person to look at.
    public static func byHand(path: [HopID], knowledge: Breakage) -> [Finding] {
        NoteRules.byHand(path, knowledge).map { hop, note in
            Finding(
                id: "by-hand/\(note.id)",
                title: note.summary.prefix { $0 != ";" }.trimmed,
                places: [],
                reason: (note.detect ?? []).compactMap(\.what).joined(separator: "; "),
                hop: hop,
                severity: .worthKnowing,
                cure: note.fix ?? "look at it by hand",
                source: "urgent-notes.yaml: \(note.source)"
            )
        }
    }
}

extension Substring {
    /// Without white space and a full stop at the end.
    fileprivate var trimmed: String {
        var rest = self
        while let last = rest.last, last.isWhitespace || last == "." { rest.removeLast() }
        return String(rest)
    }
}
