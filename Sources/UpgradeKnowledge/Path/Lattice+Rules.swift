internal import UpgradeCore

extension Lattice {
    /// The rule that a state breaks; `nil` where it breaks none.
    public func broken(by point: ClusterPoint) -> BrokenRule? {
        if let etcd = point.etcd, etcd.holdsV2Objects {
            let rule = rules.rule(.etcdObjects)
            if let first = rule.kubernetesFrom, first <= point.kubernetes { return BrokenRule(rule) }
        }
        if let helmfile = point.helmfile, let helm = point.helm, !helm.isFrozen,
            // Whether a release is patched is not known here, so that the stricter answer counts.
            case .knownBroken(let reason) = knowledge.support(
                helmfile: helmfile,
                helm: helm.version,
                usesChartify: true
            )
        {
            return BrokenRule(id: "helm/helmfile", says: reason)
        }
        guard let calico = point.calico else { return nil }
        let constraint = constraints(point, calico).first { $0.effect == .broken }
        if let constraint {
            return BrokenRule(constraint)
        }
        if let floor = knowledge.calicoFloors.last(where: { $0.calicoFrom <= calico.version.release }),
            point.kubernetes <= floor.doesNotWorkThrough
        {
            return BrokenRule(id: "calico/\(floor.calicoFrom)", says: "Calico \(floor.calicoFrom): \(floor.text)")
        }
        return nil
    }

    /// The rule that a move breaks, in itself or by where it leads; `nil` where it breaks none.
    public func broken(by move: PathMove, from point: ClusterPoint, to next: ClusterPoint) -> BrokenRule? {
        own(move, point, next) ?? broken(by: next)
    }

    private func own(_ move: PathMove, _ point: ClusterPoint, _ next: ClusterPoint) -> BrokenRule? {
        switch move {
        case .hop(let hop):
            if hop.from != point.kubernetes { return BrokenRule(rules.rule(.kubernetesOneMinor)) }
            let rewrite = rules.rule(.helmRewrite)
            if point.helm?.isFrozen == true, hop.to == rewrite.kubernetesFrom { return BrokenRule(rewrite) }
            return nil
        case .calico(_, let version):
            return calico(point, next, version)
        case .calicoDatastore:
            let rule = rules.rule(.calicoDatastore)
            if let first = rule.kubernetesFrom, point.kubernetes < first { return BrokenRule(rule) }
            if let first = rule.calicoFrom, let calico = point.calico, calico.version.release < first {
                return BrokenRule(rule)
            }
            return nil
        case .helm(let from, let to):
            guard from.release.major == to.release.major else { return BrokenRule(rules.rule(.helmConversion)) }
            let mayGoDown = request.helm == .downgrade && from.release.major == Self.tillerMajor
            return from < to || mayGoDown ? nil : BrokenRule(rules.rule(.helmGoesUp))
        case .helmConversion(let from, let to):
            guard from.release.major == Self.tillerMajor, to.release.major == Self.tillerMajor + 1,
                request.conversion.allows(point.kubernetes, request.goal)
            else { return BrokenRule(rules.rule(.helmConversion)) }
            return nil
        case .helmThaw, .etcdObjects:
            return nil
        case .helmfile(let from, let to):
            return from < to ? nil : BrokenRule(rules.rule(.helmfileGoesUp))
        case .etcd(let from, let to):
            let isStep = from.release == to.release || rules.etcd(after: from.release) == to.release
            return from < to && isStep ? nil : BrokenRule(rules.rule(.etcdOneMinor))
        }
    }

    private func calico(_ point: ClusterPoint, _ next: ClusterPoint, _ version: PatchVersion) -> BrokenRule? {
        guard let calico = point.calico, let reached = next.calico, calico.version < version,
            datastores(after: calico, to: version, kubernetes: point.kubernetes).contains(reached.datastore)
        else { return BrokenRule(rules.rule(.calicoEdge)) }
        // The migration reads etcd's v2 API and writes its v3 API.
        if calico.datastore == .etcdv2, reached.datastore == .etcdv3, let etcd = point.etcd, !etcd.isV2Enabled {
            let rule = rules.rule(.calicoBothAPIs)
            if let first = rule.etcdFrom, first <= etcd.version.release { return BrokenRule(rule) }
        }
        return constraints(next, reached).first { $0.effect == .cannotApply }.map { BrokenRule($0) }
    }

    private func constraints(_ point: ClusterPoint, _ calico: CalicoPoint) -> [CalicoConstraint] {
        knowledge.calicoConstraints.filter { constraint in
            constraint.concerns(
                calico: calico.version.release,
                kubernetes: point.kubernetes,
                datastore: calico.datastore,
                etcd: point.etcd.flatMap { $0.isV2Enabled ? nil : $0.version.release }
            )
        }
    }
}

extension BrokenRule {
    init(_ constraint: CalicoConstraint) {
        self.init(
            id: "calico/\(constraint.id)",
            says: constraint.why.map { "\(constraint.rule): \($0)" } ?? constraint.rule
        )
    }
}
