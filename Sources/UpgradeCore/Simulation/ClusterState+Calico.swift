extension ClusterState {
    /// Both stores of a Calico that is to move; simulated, and so are the objects in the old one.
    mutating func addStores(_ playbook: Playbook) {
        let objects = ["IPPool 10.64.0.0/16", "BGPPeer 10.0.0.1", "GlobalNetworkPolicy allow-dns"].map { text in
            let words = text.split(separator: " ").map(String.init)
            return CalicoObject(kind: words[0], name: words[1], digest: Digest.sha256("simulated", text))
        }
        calico = CalicoStores(
            old: CalicoStore(isReady: true, version: playbook.simulation?.calicoTag, objects: objects)
        )
        let environment = playbook.calico?.unit == nil ? [] : [Self.calicoEnvironment]
        for name in playbook.hosts(.worker).map(\.name) + [playbook.calicoHost] {
            hosts[name]?.calicoFiles = ["/etc/calico/calicoctl.cfg"] + environment
        }
    }

    /// etcd serves both of its APIs.
    mutating func serveV2(_ playbook: Playbook) {
        for host in playbook.hosts(.etcd) {
            let etcd = HostConfiguration.Daemon(name: "etcd", program: "/usr/bin/etcd", words: ["--enable-v2=true"])
            hosts[host.name]?.configuration.daemons.append(etcd)
        }
    }

    /// What a look in between sees: the old store is paused, and half of the new one is written.
    mutating func beginMigration(_ stage: CalicoStage, _ action: Action, on host: String) throws(AccessError) {
        guard let old = calico?.old else { throw failed(host, action, "no v1 resources detected") }
        if calico?.new?.objects.isEmpty == false, stage == .validate, !isOursToOverwrite(host) {
            throw failed(host, action, "The v3 datastore is not clean.")
        }
        guard stage == .start else { return }
        write("\(HostPlace.calico)/begun", on: host)
        hosts[host]?.files["\(HostPlace.calico)/imported"] = nil
        calico?.old?.isReady = false
        let half = Array(old.objects.prefix(old.objects.count / 2))
        calico?.new = CalicoStore(isReady: false, version: old.version, objects: half)
    }

    mutating func endMigration(_ stage: CalicoStage, mark: String, on host: String) {
        switch stage {
        case .validate: write("\(HostPlace.calico)/validated-\(mark)", on: host)
        case .start:
            let objects = calico?.old?.objects ?? []
            calico?.new?.objects = objects
            write("\(HostPlace.calico)/imported", on: host)
        case .complete: calico?.new?.isReady = true
        case .abort:
            calico?.old?.isReady = true
            for name in names(in: HostPlace.calico, prefix: "", of: hosts[host] ?? SimulatedHost())
            where name != "begun" {
                hosts[host]?.files["\(HostPlace.calico)/\(name)"] = nil
            }
        }
    }

    /// A calico-node writes its version to the store that it works with.
    mutating func startCalico(pod name: String) {
        let images = daemonSets.values.flatMap { $0.pods.values.filter { $0.name == name } }.map(\.image)
        guard calico?.new != nil, let tag = images.first?.split(separator: ":").last else { return }
        calico?.new?.version = String(tag)
    }

    /// So does one that a unit runs, of the version of its package, once its environment names that store.
    mutating func startCalico(on host: String) {
        guard calico?.new != nil, hosts[host]?.calicoFiles?.contains(Self.calicoEnvironment) != true else { return }
        let package = packaging.calicoUnit.flatMap { unit in
            packaging.units.filter { $0.value.contains(unit) }.keys.sorted()
                .compactMap { hosts[host]?.packages[$0]?.version }.first
        }
        if let package { calico?.new?.version = "v\(package.upstream)" }
    }

    /// The unit of Calico runs from before its package.
    mutating func outdateCalico(by package: String, on host: String) {
        guard let unit = packaging.calicoUnit, packaging.units[package]?.contains(unit) == true else { return }
        outdate(unit, by: "/var/lib/dpkg/info/\(package).list", on: host)
    }

    /// The unit of Calico runs from before its environment, where that is among these files.
    mutating func outdateCalico(by files: [String], on host: String) {
        guard let unit = packaging.calicoUnit, files.contains(Self.calicoEnvironment) else { return }
        outdate(unit, by: Self.calicoEnvironment, on: host)
    }

    private mutating func outdate(_ unit: String, by file: String, on host: String) {
        guard let there = hosts[host], there.units[unit] != nil else { return }
        let known = there.newerFiles?[unit] ?? []
        hosts[host]?.newerFiles = (there.newerFiles ?? [:]).merging([unit: known + [file]]) { _, new in new }
    }

    private static let calicoEnvironment = "/etc/default/calico-node"

    private func isOursToOverwrite(_ host: String) -> Bool {
        hosts[host]?.files["\(HostPlace.calico)/begun"] != nil
    }
}
