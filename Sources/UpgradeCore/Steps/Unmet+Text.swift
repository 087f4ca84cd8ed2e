extension Unmet {
    /// Why the step does not go on, in one line for a person.
    public var why: String {
        switch self {
        case .nodeMissing(let node): "there is no Node object named \(node)"
        case .mustBeCordoned(let node): "node \(node) is not cordoned, so new pods could land on it during the change"
        case .nodeNotReady(let node): "node \(node) is not Ready"
        case .kubeletVersion(let node, let found, let expected):
            "the kubelet of node \(node) reports \(Self.text(found))\(Self.wanted(expected))"
        case .noCandidate(let host, let packages):
            "apt on \(host) offers no \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", no "))"
        case .archivesDiffer(let package, let hosts, let others):
            "\(package.name) \(package.version) is not the same package on all hosts: "
                + hosts.sorted { ($0.value.count, $0.key) < ($1.value.count, $1.key) }
                .map { "sha256 \($0.key.prefix(12))… on \(Self.some($0.value, ", "))" }.joined(separator: ", ")
                + (others > 0 ? "; and so are \(others) more" : "")
        case .noKeptArchive(let host, let packages, let directory):
            "\(host) keeps no archive of \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) in \(directory)"
        case .packageHeld(let host, let package): "package \(package) is on hold on \(host)"
        case .unexpectedPackage(let host, let package, let found, let expected):
            "package \(package) on \(host) is \(found.map { "at \($0)" } ?? "not installed"); "
                + "expected \(expected.map(\.text).joined(separator: " or "))"
        case .packageSystemUnclean(let host, let audit): "dpkg on \(host) has unfinished work: \(Self.oneLine(audit))"
        case .packageLockHeld(let host, let holder): "the dpkg lock on \(host) is held by \(holder)"
        case .noRoot(let host): "root cannot be had on \(host)"
        case .machineChanged(let host, let expected, let found):
            "\(host) is another machine than at the survey: machine-id \(found) instead of \(expected)"
        case .machineTwice(let host, let other): "\(host) and \(other) have the same machine-id"
        case .clockSkew(let host, let seconds, let limit):
            "the clock of \(host) is \(Self.seconds(seconds)) off; at most \(Self.seconds(limit)) is allowed"
        case .spaceShort(let host, let path, let free, let needed):
            "\(free) is free below \(path) on \(host); \(needed) is needed"
        case .unitMissing(let host, let unit): "systemd on \(host) knows no unit \(unit)"
        case .unitMasked(let host, let unit): "unit \(unit) on \(host) is masked, and not by this run"
        case .programElsewhere(let host, let unit, let program, let packages):
            "\(unit) on \(host) runs \(program), which \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) "
                + "does not have: an install would not change what runs, and nothing was tried"
        case .unitNotRunning(let host, let unit, let found, let expected):
            "\(unit) on \(host) \(found.map { "runs \($0)" } ?? "does not run")\(Self.wanted(expected))"
        case .unitBehind(let host, let unit, let files):
            "\(unit) on \(host) runs from before \(Self.some(files, ", ")) \(files.count == 1 ? "was" : "were") changed"
        case .etcdUnhealthy(let host): "the etcd member on \(host) is not healthy"
        case .etcdMemberMissing(let known, let expected):
            "etcd has \(known) members and the playbook names \(expected) etcd hosts"
        case .etcdNearQuota(let host, let size, let quota):
            "the database of etcd on \(host) has \(size) of the \(quota) at which etcd takes no more writes"
        case .etcdAlarm(let host, let alarm): "etcd on \(host) has raised the alarm \(alarm)"
        case .snapshotUnverified(let host, let path): "the etcd snapshot \(path) on \(host) does not verify"
        case .etcdNotRestorable(let host, let why):
            "etcd on \(host) cannot be restored by this program: \(Self.oneLine(why))"
        case .etcdNotInPlace(let host): "the snapshot is not restored on \(host) yet"
        case .etcdContent(let host, let revision, let keys, let expected, let expectedKeys):
            (revision.map { "etcd on \(host) holds revision \($0)" + (keys.map { " with \($0) keys" } ?? "") }
                ?? "etcd on \(host) does not answer")
                + "; revision \(expected) with \(expectedKeys) keys was restored"
        case .unitStillRuns(let host, let unit): "\(unit) on \(host) runs, and has to be stopped first"
        case .apiServerUnhealthy(let host): "the API server on \(host) does not answer /healthz with ok"
        case .apiServerVersion(let host, let found, let expected):
            "the API server on \(host) says \(Self.text(found))\(Self.wanted(expected))"
        case .noLeader(let component): "no \(component) holds the leader lock, or its holder has stopped renewing it"
        case .skewExceeded(let component, let version, let apiServer, let limit):
            if version > apiServer {
                "\(component) is at \(version), newer than the API servers at \(apiServer)"
            } else {
                "\(component) is at \(version), more than \(limit) behind API servers at \(apiServer)"
            }
        case .foreignCordon(let node): "node \(node) is cordoned, and not by this run"
        case .cordonLeft(let node): "node \(node) still has the cordon of this run"
        case .budgetNeverAllows(let budget, let pod, let node):
            "budget \(budget) can never allow the eviction of pod \(pod) from node \(node)"
        case .twoBudgets(let pod, let budgets):
            "pod \(pod) is held by \(budgets.count) budgets (\(budgets.joined(separator: ", "))), and the API refuses "
                + "to evict such a pod"
        case .barePods(let node, let pods):
            "node \(node) has pods without a controller, which a drain deletes for good: \(pods.joined(separator: ", "))"
        case .emptyDirPods(let node, let pods):
            "node \(node) has pods whose emptyDir data a drain deletes: \(pods.joined(separator: ", "))"
        case .worseThanBaseline(let node): "node \(node) was Ready when the run began and is not now"
        case .workloadMissing(let kind, let namespace, let name): "there is no \(kind) \(namespace)/\(name)"
        case .workloadNotReady(let kind, let namespace, let name, let place):
            "\(kind) \(namespace)/\(name) is not ready at its new image\(place.map { " on \($0)" } ?? "")"
        case .bgpSessionsDown(let host, let established, let before, let others):
            "\(established) of the \(before) BGP sessions that \(host) had before the run are established"
                + (others.isEmpty ? "" : ": \(Self.some(others.map { "\($0.address) is \($0.info)" }))")
        case .fileMissing(let host, let path): "\(path) of \(host) was not saved or copied whole"
        case .notSupportedYet(let feature, let until): "\(feature) is not supported until \(until)"
        case .helmUnconvertible(let findings):
            "Helm 2's releases cannot be converted as the playbook says (\(findings.count)): \(Self.some(findings))"
        case .helmUnmappable(let findings):
            "\(findings.count) objects of deployed releases cannot be written with an API that stays: \(Self.some(findings))"
        case .helmDiffers(let findings):
            "Helm 3 does not hold what Helm 2 holds: \(Self.some(findings))"
        case .helmObjectsAbsent(let findings):
            "the cluster has not all that converted releases name (\(findings.count)): \(Self.some(findings))"
        case .helmVersion(let program, let host, let said, let needs):
            "\(program) on \(host) says \(said.isEmpty ? "no version" : "`\(said)`"), and the playbook plans \(needs)"
        case .helmProgram(let program, let host, let said, let needs):
            "\(program) on \(host) says \(said.isEmpty ? "no version, if it is there" : "`\(said)`"), and \(needs) is expected: "
                + "steps will ask it"
        case .podsUnreached(let node, let from, let silent):
            "no pod answers \(from.map { "pod \($0) of" } ?? "the host of") \(node) on "
                + Self.some(silent.map { "\($0.node) (\($0.pod) at \($0.address))" }, ", ")
                + ", and one did before the run"
        case .programMissing(let host, let program, let step):
            "there is no \(program) on \(host), which \(step) will call there"
        case .typhaUnnamed(let namespace, let deployment, _):
            "Typha runs as Deployment \(namespace)/\(deployment), and the playbook moves Calico without it"
        case .rolloutTooWide(let namespace, let deployment, let unavailable):
            "a rollout of Deployment \(namespace)/\(deployment) may take away \(unavailable) of its pods at a time"
        case .calicoNeedsMigration(let from, let to, let release):
            "Calico moves from \(from) to \(to) at \(release), and \(to) does not read the data that \(from) keeps in etcd's "
                + "v2 API"
        case .calicoStoreMissing(let host):
            "etcd on \(host) holds nothing of Calico in its v2 API, or does not serve that"
        case .calicoStoreForeign(let host, let objects):
            "etcd on \(host) holds a Calico in its v3 API, with \(objects) objects, that no import of this program has put there"
        case .marksKept(let effects):
            "to undo it now would do harm: \(effects.joined(separator: "; "))"
        case .calicoDiffers(let findings):
            "Calico's stores do not hold the same, \(findings.count) objects differ: \(Self.some(findings))"
        case .dryStartRefused(let host, let daemon, let version, let flag, let place, let output):
            "\(daemon) of \(version) does not start with the arguments that it runs with on \(host): "
                + (output.isEmpty ? "it printed nothing" : Self.oneLine(output))
                + (flag.map { " (\($0)\(place.map { " in \($0)" } ?? ""))" } ?? "")
        case .conffileRefused(let host, let package, let path, let difference):
            "\(path) on \(host) was changed there, and the new \(package) changes it as well\(Self.lines(difference))"
        case .conffileUnmergeable(let host, let package, let path, let reason, let difference):
            "\(path) on \(host) cannot be merged with that of the new \(package): \(reason)\(Self.lines(difference))"
        case .conffilesUnknown(let host, let packages):
            "apt on \(host) no longer has \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")), "
                + "which was fetched before; what becomes of conffiles is not known"
        case .foreseen(let findings, _, _):
            Self.some(findings)
        }
    }

    /// What to do about it, in one line for a person; afterwards the run is resumed.
    public var next: String {
        switch self {
        case .nodeMissing(let node):
            "see why the kubelet of \(node) does not register, or correct the node name in the playbook"
        case .mustBeCordoned(let node):
            "somebody has uncordoned it; `upgrader cleanup` notes that, and a resume begins \(node) anew"
        case .nodeNotReady(let node): "see `kubectl describe node \(node)` and the journal of its kubelet"
        case .kubeletVersion(let node, _, _): "see the journal of the kubelet on \(node)"
        case .noCandidate(let host, _):
            "make the versions available, see `apt-cache policy` on \(host), run `apt-get update` there"
        case .noKeptArchive(let host, _, let directory):
            "put the .deb files into \(directory) on \(host), from the repository or another host that keeps them"
        case .archivesDiffer(let package, _, _):
            "see where each host has it from, `apt-cache policy \(package.name)`, bring their sources together, and run "
                + "`apt-get update` there"
        case .packageHeld(let host, let package):
            "run `apt-mark unhold \(package)` on \(host) if the hold may go, or say `packages.holds: keep` in the playbook to "
                + "install it and hold it again"
        case .unexpectedPackage(let host, let package, _, _):
            "correct its version in the playbook, or bring \(package) on \(host) to a version it names"
        case .packageSystemUnclean(let host, _): "run `dpkg --audit` and `dpkg --configure -a` on \(host)"
        case .packageLockHeld(let host, _): "wait for that process on \(host) to end"
        case .noRoot(let host): "log in to \(host) as root, or grant the login `sudo -n`"
        case .machineChanged(let host, _, _):
            "if \(host) was replaced, make a new plan; else correct its address in the playbook"
        case .machineTwice(let host, let other):
            "correct the addresses of \(host) and \(other), or give a cloned machine its own /etc/machine-id"
        case .clockSkew(let host, _, _): "set the clock of \(host) and see why it is not kept in time"
        case .spaceShort(let host, let path, _, _): "free space below \(path) on \(host)"
        case .unitMissing(let host, let unit): "see `systemctl cat \(unit)` on \(host); is the package installed?"
        case .unitMasked(let host, let unit):
            "find out who masked it (a run leaves its name below \(HostPlace.marks) there); if the mask may go, run "
                + "`systemctl unmask \(unit)` on \(host), or after a lost run `upgrader cleanup --from-marks`"
        case .programElsewhere(let host, let unit, let program, _):
            "see `systemctl cat \(unit)` and `dpkg --search \(program)` on \(host), and let the unit run the package's program"
        case .unitBehind(let host, let unit, _):
            "see `systemctl status \(unit)` on \(host); a restart of it is what is missing"
        case .unitNotRunning(let host, let unit, _, _): "see `journalctl -u \(unit)` on \(host)"
        case .etcdUnhealthy(let host): "see `journalctl -u etcd` on \(host); all members must be healthy"
        case .etcdMemberMissing: "compare `etcdctl member list` with the etcd hosts of the playbook"
        case .etcdNearQuota(let host, _, _):
            "`etcdctl compact` to a recent revision, then `etcdctl defrag` on one member after another, \(host) first; if "
                + "the alarm NOSPACE was raised meanwhile, `etcdctl alarm disarm`; or start etcd with a larger "
                + "--quota-backend-bytes"
        case .etcdAlarm(let host, _): "see `etcdctl alarm list` on \(host), mend the cause, then `etcdctl alarm disarm`"
        case .snapshotUnverified(let host, let path): "see `etcdctl snapshot status \(path)` on \(host)"
        case .etcdNotRestorable(let host, _):
            "mend that on \(host), or restore by hand: docs/how-to/restore-etcd.md names the steps"
        case .etcdNotInPlace(let host): "see what \(HostPlace.restore) on \(host) has, and why its own step did not end"
        case .etcdContent(let host, _, _, _, _): "see `journalctl -u etcd` on \(host) and on the other members"
        case .unitStillRuns(let host, let unit): "see who has started it, then `systemctl stop \(unit)` on \(host)"
        case .apiServerUnhealthy(let host): "see `journalctl -u kube-apiserver` on \(host)"
        case .apiServerVersion(let host, _, _):
            "see which package \(host) has and `journalctl -u kube-apiserver` there"
        case .noLeader(let component): "see `journalctl -u \(component)` on the control-plane hosts"
        case .skewExceeded: "bring the components together first; the plan begins at the lowest release found"
        case .foreignCordon(let node):
            "uncordon \(node), or say `foreign-cordons: keep` in the playbook to upgrade it and leave it cordoned"
        case .cordonLeft(let node): "resume the run, or `upgrader cleanup` and see that \(node) takes pods again"
        case .budgetNeverAllows(let budget, _, _): "raise the replicas behind budget \(budget), or relax it"
        case .twoBudgets(let pod, _): "change the selectors so that one budget holds \(pod)"
        case .barePods: "remove or move them, or say `drain.delete-bare-pods: true` in the playbook"
        case .emptyDirPods: "move them, or say `drain.delete-emptydir-data: true` in the playbook"
        case .worseThanBaseline(let node): "see `kubectl describe node \(node)`; mend the node"
        case .workloadMissing(let kind, _, let name): "create \(kind) \(name), or take it out of the playbook"
        case .workloadNotReady(let kind, let namespace, let name, _):
            "see `kubectl -n \(namespace) describe \(kind.lowercased()) \(name)`"
        case .bgpSessionsDown(let host, _, _, _):
            "see `calicoctl node status` on \(host) and the log of its calico-node; the other nodes keep their Calico until then"
        case .podsUnreached(let node, _, _):
            "see the routes of \(node) with `ip route`, the log of its calico-node, and the policies of these pods; the other "
                + "nodes keep theirs until then"
        case .programMissing(let host, let program, _):
            "install \(program) on \(host) where root finds it, or name under `calico.host` the host that has it"
        case .typhaUnnamed(_, let deployment, let image):
            "write `typha: {deployment: \(deployment), image: \(image)}` under `calico` in the playbook, and it is rolled "
                + "before the nodes"
        case .rolloutTooWide(let namespace, let deployment, _):
            "set its `spec.strategy` to RollingUpdate with a `maxUnavailable` of 1: `kubectl -n \(namespace) edit deployment "
                + "\(deployment)`"
        case .fileMissing(let host, let path): "see whether \(path) on \(host) can be read and its disk has space"
        case .notSupportedYet(let feature, _): "take \(feature) out of the playbook, or wait for that version"
        case .helmUnconvertible:
            "mend them (`upgrader helm inventory` names all), or name each under `helm.exclude` in the playbook with a reason"
        case .helmUnmappable:
            "deploy them with manifests of the new API, or name each release under `helm.exclude` with a reason"
        case .helmDiffers:
            "see both with `helm get manifest`; a converted Secret has the annotation upgrader/converted-by"
        case .helmObjectsAbsent:
            "`upgrader helm verify PLAYBOOK` names all; deploy what is missing, or write `absent: accept` under "
                + "`helm.cleanup` if it may be missing"
        case .helmVersion(let program, let host, _, _):
            "see which \(program) root finds first on \(host), and what else installs one there"
        case .helmProgram(let program, let host, _, _):
            "see what `\(program)` is on \(host), or name under `program` in the playbook the name or the path of the one that the "
                + "packages carry"
        case .calicoNeedsMigration(_, _, let release):
            "write `datastore-migration: {at: \(release)}` under `calico` in the playbook; see docs/how-to/move-calico.md"
        case .calicoStoreMissing(let host):
            "see `curl` of /v2/keys/calico on \(host); etcd from 3.4 on needs --enable-v2"
        case .calicoStoreForeign(let host, _):
            "take `datastore-migration` out of the playbook if Calico has moved already; see `etcdctl get --prefix --keys-only "
                + "/calico/` on \(host), and only where no calico-node uses it save it and remove it"
        case .marksKept:
            "pods of Calico that are not of its template are replaced one by one by a run with the same playbook; a store in use "
                + "is docs/how-to/move-calico.md"
        case .calicoDiffers:
            "see both stores; `upgrader cleanup` wakes the old one again while no node has moved"
        case .dryStartRefused(let host, let daemon, _, let flag, let place, _):
            "\(flag.map { "take \($0) out" } ?? "correct it")\(place.map { " of \($0)" } ?? " on \(host)"), "
                + "restart \(daemon) there so that it runs without, and resume"
        case .conffileRefused(_, _, let path, _):
            "say under `packages.conffiles` in the playbook `{path: \(path), decision: keep}`, or `take`, or `merge`"
        case .conffileUnmergeable(_, _, let path, _, _):
            "make \(path) the new package's file and change it again after the install, or begin anew with "
                + "`{path: \(path), decision: keep}`, or `take`, under `packages.conffiles`"
        case .conffilesUnknown(let host, let packages):
            "run `apt-get install --download-only \(packages.map { "\($0.name)=\($0.version)" }.joined(separator: " "))` "
                + "on \(host), and see what empties /var/cache/apt/archives there"
        case .foreseen(_, let ids, let cure):
            "\(cure); see all with `upgrader check PLAYBOOK --explain`, or accept \(ids.first ?? "it") "
                + "under `accepted-findings`"
        }
    }

    /// Whether `next` may be a change of the playbook, after which a run is not resumed but begun anew.
    public var mayChangePlaybook: Bool {
        switch self {
        case .nodeMissing, .unexpectedPackage, .machineChanged, .machineTwice, .etcdMemberMissing, .foreignCordon,
            .barePods,
            .emptyDirPods, .workloadMissing, .notSupportedYet, .helmUnconvertible, .helmUnmappable, .helmObjectsAbsent,
            .foreseen, .conffileRefused, .conffileUnmergeable, .packageHeld, .calicoNeedsMigration, .programMissing,
            .typhaUnnamed, .helmProgram, .calicoStoreForeign:
            true
        case .mustBeCordoned, .nodeNotReady, .kubeletVersion, .noCandidate, .noKeptArchive,
            .packageSystemUnclean,
            .packageLockHeld, .noRoot, .clockSkew, .spaceShort, .unitMissing, .unitMasked, .unitNotRunning,
            .archivesDiffer, .programElsewhere, .unitBehind,
            .etcdUnhealthy,
            .etcdNearQuota, .etcdAlarm, .snapshotUnverified, .apiServerUnhealthy, .apiServerVersion, .noLeader,
            .skewExceeded, .etcdNotRestorable, .etcdNotInPlace, .etcdContent, .unitStillRuns,
            .cordonLeft,
            .budgetNeverAllows, .twoBudgets, .dryStartRefused, .worseThanBaseline, .workloadNotReady, .bgpSessionsDown,
            .podsUnreached, .rolloutTooWide,
            .fileMissing, .helmDiffers, .helmVersion, .conffilesUnknown, .calicoStoreMissing, .calicoDiffers,
            .marksKept:
            false
        }
    }

    private static func some(_ findings: [String], _ separator: String = "; ") -> String {
        findings.prefix(3).joined(separator: separator)
            + (findings.count > 3 ? "\(separator)and \(findings.count - 3) more" : "")
    }

    /// What differs, where it may be told.
    private static func lines(_ difference: [String]) -> String {
        difference.isEmpty ? "" : ": " + difference.joined(separator: " | ")
    }

    private static func text(_ version: KubernetesVersion?) -> String {
        version?.description ?? "no version"
    }

    private static func wanted(_ version: KubernetesVersion?) -> String {
        version.map { "; \($0) should run" } ?? ""
    }

    private static func seconds(_ value: Double) -> String {
        "\(Int(value.magnitude.rounded())) s"
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
