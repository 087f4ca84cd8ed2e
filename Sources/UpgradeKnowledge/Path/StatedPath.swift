public import UpgradeCore

/// The path that a playbook states: what runs, then each hop with the moves that the playbook makes there.
public struct StatedPath: Hashable, Sendable {
    /// Every state, in order.
    public var states: [PathState]
    /// The moves that could be read, each with the state before and after it.
    public var moves: [Move]
    /// What differs from what the playbook seems to expect, or could not be read.
    public var notes: [String]

    /// A move that the playbook makes.
    public struct Move: Hashable, Sendable {
        /// The move.
        public var move: PathMove
        /// What ran before.
        public var before: ClusterPoint
        /// What runs after.
        public var after: ClusterPoint
    }

    /// Reads the path off a playbook, from what runs.
    ///
    /// The playbook alone says what moves. What runs is there all the same, whether the playbook names it or not.
    public init(_ playbook: Playbook, from detected: DetectedVersions, start: MinorRelease, knowledge: VersionKnowledge)
    {
        var point = ClusterPoint(kubernetes: start)
        point.etcd = detected.etcdPoint
        point.calico = detected.calico.map {
            CalicoPoint(version: $0, datastore: detected.datastore(of: $0, knowledge))
        }
        point.helm = detected.tiller.map { HelmPoint(version: $0) }
        states = [PathState(point: point, place: .at(start))]
        moves = []
        notes = detected.unreadable
        noteDifference("Calico", playbook.calico?.versions, detected.calico, start)
        noteDifference("Helm", playbook.helm?.versions, detected.tiller, start)
        noteBinaries(playbook)
        noteHelmfile(playbook, knowledge)
        move(playbook, at: start, &point, knowledge)
        while point.kubernetes < playbook.target {
            let hop = HopID(from: point.kubernetes)
            let before = point
            states.append(PathState(point: point, place: .during(hop)))
            point.kubernetes = hop.to
            arrive(.hop(hop), before, point)
            move(playbook, at: hop.to, &point, knowledge)
            helm3(playbook, at: hop.to, &point)
        }
    }

    /// Where it ends.
    public var end: ClusterPoint? { states.last?.point }

    private mutating func arrive(_ move: PathMove, _ before: ClusterPoint, _ after: ClusterPoint) {
        moves.append(Move(move: move, before: before, after: after))
        states.append(PathState(point: after, place: .at(after.kubernetes)))
    }

    /// The network phase comes before the Helm phase, as in a hop.
    private mutating func move(
        _ playbook: Playbook,
        at release: MinorRelease,
        _ point: inout ClusterPoint,
        _ knowledge: VersionKnowledge
    ) {
        // One after the other: each state between two of them is one that the cluster is in.
        for stated in playbook.calico?.rollsLeft(at: release, running: point.calico?.version) ?? [] {
            if let version = stated.version {
                calico(to: version, &point, knowledge)
            } else {
                notes.append("`calico.versions` at \(release): `\(stated.tag)` says no version")
            }
        }
        if let stated = playbook.helm?.helmfile?.versions[release], let version = PatchVersion(stated.upstream) {
            helmfile(to: version, &point)
        }
        if let stated = playbook.helm?.versions[release] {
            if let version = stated.version {
                helm(to: version, &point)
            } else {
                notes.append("`helm.versions` at \(release): `\(stated.tag)` says no version")
            }
        }
    }

    /// Releases are converted where a hop arrives, to the Helm 3 that is there then, which is what is used from there on.
    private mutating func helm3(_ playbook: Playbook, at release: MinorRelease, _ point: inout ClusterPoint) {
        guard let helm = playbook.helm, let tiller = point.helm else { return }
        guard helm.migrateAt == release || tiller.version.release.major > Lattice.tillerMajor else { return }
        let stated = helm.helm3?.versions.filter { $0.key <= release }.max { $0.key < $1.key }?.value
        if let version = stated.flatMap({ PatchVersion($0.upstream) }) { self.helm(to: version, &point) }
    }

    /// Until releases are converted the path is that of Helm 2; a helmfile that calls the Helm 3 beside it is held against that as well.
    private mutating func noteHelmfile(_ playbook: Playbook, _ knowledge: VersionKnowledge) {
        guard let helm3 = playbook.helm?.helm3, let helmfile = playbook.helm?.helmfile else { return }
        func version(_ program: HelmProgramPackages, at release: MinorRelease) -> PatchVersion? {
            let stated = program.versions.filter { $0.key <= release }.max { $0.key < $1.key }?.value
            return stated.flatMap { PatchVersion($0.upstream) }
        }
        for release in Set(helm3.versions.keys).union(helmfile.versions.keys).sorted() {
            guard let caller = version(helmfile, at: release), let helm = version(helm3, at: release) else { continue }
            let (isFine, text) = knowledge.judgement(of: caller, with: helm)
            if !isFine { notes.append("at \(release), \(text) (`upgrader explain helmfile/compat`)") }
        }
    }

    /// Where Helm 3 stands beside Helm 2, who calls which is for people to say.
    private mutating func noteBinaries(_ playbook: Playbook) {
        guard let options = playbook.helm, let helm3 = options.helm3, let name = helm3.program ?? helm3.packages.first,
            let release = helm3.versions.keys.min(), !options.environments.isEmpty
        else { return }
        let end = options.cleanup.map { " and before helm-cleanup at \($0.at)" } ?? ""
        notes.append(
            "from \(release) on\(end), write `helmBinary: \(name)` for each environment that is moved to Helm 3, in "
                + options.environments.joined(separator: ", ")
        )
    }

    private mutating func helmfile(to version: PatchVersion, _ point: inout ClusterPoint) {
        guard point.helmfile != version else { return }
        let before = point
        point.helmfile = version
        guard let from = before.helmfile else {
            states.append(PathState(point: point, place: .at(point.kubernetes)))
            return
        }
        arrive(.helmfile(from: from, to: version), before, point)
    }

    private mutating func calico(to version: PatchVersion, _ point: inout ClusterPoint, _ knowledge: VersionKnowledge) {
        guard point.calico?.version != version else { return }
        let before = point
        guard let calico = point.calico else {
            point.calico = CalicoPoint(version: version, datastore: PointReading.datastore(of: version, knowledge))
            states.append(PathState(point: point, place: .at(point.kubernetes)))
            return
        }
        let kept = knowledge.calico(version.release)?.datastores ?? []
        let datastore = kept.contains(calico.datastore) ? calico.datastore : kept.first ?? calico.datastore
        point.calico = CalicoPoint(version: version, datastore: datastore)
        arrive(.calico(from: calico.version, to: version), before, point)
    }

    private mutating func helm(to version: PatchVersion, _ point: inout ClusterPoint) {
        guard point.helm?.version != version else { return }
        let before = point
        point.helm = HelmPoint(version: version)
        guard let helm = before.helm else {
            states.append(PathState(point: point, place: .at(point.kubernetes)))
            return
        }
        let converts = helm.version.release.major != version.release.major
        let from = helm.version
        arrive(converts ? .helmConversion(from: from, to: version) : .helm(from: from, to: version), before, point)
    }

    /// A playbook that begins lower says what should run by now; what does run counts.
    private mutating func noteDifference(
        _ title: String,
        _ versions: [MinorRelease: ComponentVersion]?,
        _ running: PatchVersion?,
        _ start: MinorRelease
    ) {
        guard let running, let release = versions?.keys.filter({ $0 < start }).max(),
            let stated = versions?[release]?.version, stated != running
        else { return }
        notes.append("the playbook moves \(title) to \(stated) at \(release), and \(running) runs; what runs counts")
    }
}
