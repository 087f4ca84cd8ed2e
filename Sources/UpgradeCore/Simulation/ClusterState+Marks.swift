extension ClusterState {
    /// Leaves the mark of an action's effect; a command does so before it does anything else.
    package mutating func mark(_ action: Action, _ job: JobID) {
        guard let effect = action.sideEffect else { return }
        if let (host, kind, object) = effect.hostMark {
            var marks = (hosts[host]?.marks ?? []).filter { $0.kind != kind || $0.object != object }
            let step = job.key.description
            marks.append(HostMark(kind: kind, object: object, run: job.run, step: step, standing: .ours))
            hosts[host]?.marks = marks
        } else if case .updateStrategy(let namespace, let daemonSet, let set, let prior) = effect {
            let name = "\(namespace)/\(daemonSet)"
            guard daemonSets[name] != nil else { return }
            daemonSetMarks = (daemonSetMarks ?? [:]).merging(
                [
                    name: MarkedDaemonSet(
                        namespace: namespace,
                        name: daemonSet,
                        strategy: set,
                        run: job.run,
                        prior: prior
                    )
                ]
            ) { $1 }
        }
    }

    /// Removes the mark of the effect that an action has taken back; the last that its command does.
    package mutating func unmark(_ action: Action) {
        if let (host, kind, object) = action.takesBack?.hostMark {
            hosts[host]?.marks?.removeAll { $0.kind == kind && $0.object == object }
        }
        switch action {
        case .setUpdateStrategy(let namespace, let daemonSet, let to, _) where to != DaemonSetState.held:
            daemonSetMarks?["\(namespace)/\(daemonSet)"] = nil
        case .dropMark(.updateStrategy(let namespace, let daemonSet, _, _)):
            daemonSetMarks?["\(namespace)/\(daemonSet)"] = nil
        default: break
        }
    }

    /// The marks of a host as it stands; one that somebody has said to be another's stays so.
    func marks(of host: SimulatedHost) -> [HostMark] {
        let marks = (host.marks ?? []).map { mark in
            let isThere =
                switch mark.kind {
                case .mask, .pause: host.units[mark.object]?.isMasked == true
                case .unhold: host.packages[mark.object]?.isHeld == false
                }
            var now = mark
            if !isThere { now.standing = .gone }
            return now
        }
        return marks.sorted { ($0.kind.rawValue, $0.object) < ($1.kind.rawValue, $1.object) }
    }

    var markedDaemonSets: [MarkedDaemonSet] {
        (daemonSetMarks ?? [:]).sorted { $0.key < $1.key }.map { name, mark in
            var now = mark
            now.strategy = daemonSets[name]?.updateStrategy ?? ""
            now.outdated = daemonSets[name]?.behind.count
            return now
        }
    }
}
