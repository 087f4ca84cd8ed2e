extension ClusterState {
    /// Refuses an install that would leave dpkg to decide about a conffile, or whose decision cannot be carried out.
    func refuseConffiles(
        _ packages: [PackageSpec],
        _ decisions: [ConffileDecision],
        of host: String,
        _ action: Action
    ) throws(AccessError) {
        for conffile in arriving(packages, on: try simulated(host)) where conffile.isContested {
            guard let decision = decisions.first(where: { $0.path == conffile.path }), decision.choice != .refuse else {
                throw failed(host, action, "dpkg would decide about \(conffile.path) alone")
            }
            if decision.choice == .merge, conffile.merged == nil {
                throw failed(host, action, "E: \(conffile.path) cannot be merged")
            }
            // In place already, where an install was cut off.
            let wanted = decision.choice == .merge ? conffile.merged : conffile.next
            guard decision.choice == .keep || [decision.present, wanted].contains(conffile.present) else {
                throw failed(host, action, "E: \(conffile.path) was changed since it was looked at")
            }
        }
    }

    /// Makes the conffiles of packages what dpkg and the decisions make of them.
    mutating func settleConffiles(_ packages: [PackageSpec], _ decisions: [ConffileDecision], on host: String) {
        guard let found = hosts[host], let conffiles = found.conffiles else { return }
        let arriving = Set(arriving(packages, on: found).map(\.path))
        hosts[host]?.conffiles = conffiles.map { conffile in
            guard arriving.contains(conffile.path) else { return conffile }
            var settled = conffile
            switch decisions.first(where: { $0.path == conffile.path })?.choice {
            case .take: settled.present = conffile.next
            case .merge: settled.present = conffile.merged
            case .keep, .refuse, nil: if conffile.present == conffile.shipped { settled.present = conffile.next }
            }
            settled.shipped = conffile.next
            return settled
        }
    }

    private func arriving(_ packages: [PackageSpec], on host: SimulatedHost) -> [Conffile] {
        let coming = packages.filter { host.packages[$0.name]?.version != $0.version }.map(\.name)
        return (host.conffiles ?? []).filter { coming.contains($0.package) }
    }
}
