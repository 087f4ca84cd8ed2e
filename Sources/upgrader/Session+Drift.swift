internal import UpgradeCore
internal import UpgradeSteps

extension Session {
    /// Refuses when a host is another machine than at the survey, was led back since, or cannot be asked.
    ///
    /// - Throws: `Complaint`.
    func lookAtHosts(_ plan: Plan, _ record: RunState, _ directory: RunDirectory, _ world: World) async throws {
        do {
            try await ResumeCheck.perform(plan: plan, access: world.access)
        } catch .machineChanged(let host, let expected, let found) {
            throw Complaint(
                FiveLines(
                    error: "\(host) is not the machine that the run was begun on",
                    why: "its machine-id is \(found); at the survey it was \(expected)",
                    state: "nothing was done now; the run stands where it stopped",
                    next: "bring the old machine back, or `upgrader cleanup \(directory.path)` and begin anew"
                ),
                .drift
            )
        } catch .access(let error) {
            throw Self.notLookedAt(error, directory)
        }
        let back: [LedBack]
        do {
            let look = LedBackLook(plan, record, playbook)
            back = look.find(in: try await world.access.answer(look.probes))
        } catch {
            throw Self.notLookedAt(error, directory)
        }
        if let complaint = ledBack(back, directory) { throw complaint }
    }

    /// What is said of hosts that were led back behind the run's back; `nil` where none was.
    private func ledBack(_ back: [LedBack], _ directory: RunDirectory) -> Complaint? {
        // One of each host: what mends it is the same for all of them.
        let each = Dictionary(back.map { ($0.host, $0) }) { first, _ in first }.values.sorted { $0.host < $1.host }
        guard let first = each.first else { return nil }
        let others = each.dropFirst().map(\.host)
        let more = others.isEmpty ? "" : "; so are daemons of \(Self.list(others, atMost: 6))"
        let ways = each.map { one in
            let packages = one.packages(playbook).joined(separator: " ")
            return one.isWorker
                ? "drain \(one.host), install \(packages), restart its units and uncordon it"
                : "on \(one.host) install \(packages) and restart its units"
        }
        return Complaint(
            FiveLines(
                error:
                    "\(first.unit) on \(first.host) runs \(first.found), and this run has restarted it at \(first.expected)",
                why: "it was led back since, by a snapshot of its machine, an older package, or a restore\(more)",
                state: "nothing was done now; what the run's record says of these hosts is not so any more",
                next:
                    "\(Self.list(ways, atMost: 3)), then `upgrader resume \(directory.path)`; where all was led back, by a "
                    + "restore of etcd, `upgrader cleanup \(directory.path)` and begin a new run"
            ),
            .drift
        )
    }

    private static func list(_ names: [String], atMost most: Int) -> String {
        names.prefix(most).joined(separator: ", ") + (names.count > most ? ", and \(names.count - most) more" : "")
    }

    private static func notLookedAt(_ error: AccessError, _ directory: RunDirectory) -> Complaint {
        Complaint(
            FiveLines(
                error: "the cluster could not be looked at before going on",
                why: error.why,
                ran: error.ran,
                state: "nothing was done now; the run stands where it stopped",
                next: "\(error.next), then `upgrader resume \(directory.path)`"
            ),
            error.isUnreachable ? .unreachable : .paused
        )
    }

    /// The session of a run that is to go on, from the run's own copy of the playbook.
    ///
    /// - Throws: `Complaint` when that is not the text that the plan was made from, whether it still is a playbook or not.
    init(of directory: RunDirectory, _ plan: Plan) throws {
        let text = try directory.playbookText()
        let path = try directory.playbookOrigin()
        guard Playbook.digest(of: text) == plan.playbookDigest else {
            throw Complaint(
                FiveLines(
                    error: "the copy of the playbook in \(directory.path) was edited",
                    why: "it is not the text that the plan was made from",
                    state: "nothing was done; a run carries out exactly the plan it was begun with",
                    next: "restore \(directory.path)/playbook.yaml from \(path) as it was, then try again"
                ),
                .drift
            )
        }
        try self.init(text: text, path: path)
    }

    /// The names of the host, node or DaemonSet that the operator means.
    ///
    /// - Throws: `Complaint` for a name that neither the playbook nor the ledger knows.
    func names(_ given: String, _ ledger: Ledger) throws -> Set<String> {
        if let host = playbook.hosts.first(where: { $0.name == given || $0.node == given }) {
            return [host.name, host.node]
        }
        let daemonSets = ledger.entries.compactMap { entry in
            if case .updateStrategy(let namespace, let name, _, _) = entry.effect {
                "\(namespace)/\(name)"
            } else {
                nil
            }
        }
        if daemonSets.contains(given) || playbook.silences.contains(where: { $0.name == given }) { return [given] }
        throw Complaint(
            FiveLines(
                error: "nothing is known of \(given)",
                why: "it is no host or node of the playbook, and nothing of this run is on a DaemonSet of that name",
                state: "nothing was changed",
                next:
                    "name one of \((playbook.hosts.map(\.name) + daemonSets).joined(separator: ", ")), or none for all"
            ),
            .usage
        )
    }
}
