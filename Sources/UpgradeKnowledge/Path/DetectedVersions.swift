public import UpgradeCore

/// The versions that a cluster runs, as it answers itself; nothing that a person wrote.
public struct DetectedVersions: Hashable, Sendable {
    /// The lowest release that any API server or worker runs; `nil` where none says.
    public var kubernetes: MinorRelease?
    /// The lowest version of an etcd member.
    public var etcd: PatchVersion?
    /// Whether every member is started with `--enable-v2`; `false` where that was not looked at.
    public var isV2Enabled = false
    /// Whether an API server is told to keep its objects in etcd's v2 store.
    public var holdsV2Objects = false
    /// What its DaemonSet or its CNI configuration calls the place of Calico's data; `nil` where neither says it.
    public var datastoreType: String?
    /// The image of Calico's DaemonSet; `nil` where there is none.
    public var calicoImage: String?
    /// The lowest version of Calico's package on a worker, where a unit runs Calico; `nil` where none has it.
    public var calicoPackage: PackageVersion?
    /// The images of the Tillers.
    public var tillerImages: [String]

    /// The questions that have to be asked.
    ///
    /// - Parameter playbook: where it names neither Calico nor Helm, they are looked for where they usually are.
    /// - Returns: one for each daemon, member and workload.
    public static func probes(_ playbook: Playbook) -> [Probe] {
        let calico = playbook.calico ?? CalicoOptions(versions: [:])
        let helm = playbook.helm ?? HelmOptions(versions: [:])
        return playbook.hosts(.controlPlane).map { .apiServer(host: $0.name) } + [.nodes]
            + playbook.hosts(.etcd).map { .etcdMember(host: $0.name) }
            + calicoProbes(calico, playbook)
            + helm.tillerNamespaces.map { .deployment(namespace: $0, name: tiller) }
    }

    /// What tells which Calico runs: its DaemonSet, or its package on each worker.
    public static func calicoProbes(_ calico: CalicoOptions, _ playbook: Playbook) -> [Probe] {
        guard calico.unit != nil else {
            return [.daemonSet(namespace: calico.namespace, name: calico.daemonSet)]
        }
        guard let name = calico.versionPackage else { return [] }
        return playbook.hosts(.worker).map { .packages(host: $0.name, names: [name]) }
    }

    /// The lowest version of its package on a worker, before all one that is none of Calico's; `nil` where no worker has it,
    /// or it is a DaemonSet.
    public static func calicoPackage(
        _ calico: CalicoOptions,
        _ seen: Observation,
        _ playbook: Playbook
    ) -> PackageVersion? {
        guard calico.unit != nil, let name = calico.versionPackage else { return nil }
        let versions = playbook.hosts(.worker)
            .compactMap { (try? seen.packages(on: $0.name, names: [name]))?[name]?.version }
            .map { (package: $0, version: PatchVersion($0.upstream)) }
        // One that says no version may be older than all that do.
        return versions.min { one, other in
            guard let first = one.version, let second = other.version else {
                return one.version == nil && other.version != nil
            }
            return first < second
        }?.package
    }

    /// What Calico's CNI configuration on a host calls the place of its data.
    public static func datastoreType(_ configuration: HostConfiguration) -> String? {
        configuration.files.lazy.filter { $0.kind == .network }
            .compactMap { $0.text.firstMatch(of: /"datastore_type"\s*:\s*"(\w+)"/)?.1 }.first.map(String.init)
    }

    /// The configuration of hosts, where a path depends on more than versions: Calico 2 keeps its data in etcd's v2 API,
    /// and up to 1.12 an API server may do so too.
    ///
    /// - Returns: nothing where the versions say enough.
    public func moreProbes(_ playbook: Playbook) -> [Probe] {
        let isOld = kubernetes.map { $0 < MinorRelease(major: 1, minor: 13) } ?? false
        guard isOld || calico != nil else { return [] }
        let workers = calico == nil || datastoreType != nil ? [] : Array(playbook.hosts(.worker).prefix(1))
        let names = (playbook.hosts(.etcd) + (isOld ? playbook.hosts(.controlPlane) : []) + workers).map(\.name)
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.map { .hostConfiguration(host: $0) }
    }

    /// What `helm init` names the Deployment (Helm 2, cmd/helm/installer/install.go).
    private static let tiller = "tiller-deploy"

    /// Reads the answers; what was not asked or not answered is not known.
    public init(_ seen: Observation, _ playbook: Playbook) {
        let calico = playbook.calico ?? CalicoOptions(versions: [:])
        let helm = playbook.helm ?? HelmOptions(versions: [:])
        let servers = playbook.hosts(.controlPlane).compactMap { (try? seen.apiServer(on: $0.name))?.version?.release }
        let workers = Set(playbook.hosts(.worker).map(\.node))
        let kubelets = ((try? seen.nodes()) ?? []).filter { workers.contains($0.name) }
            .compactMap(\.kubeletVersion?.release)
        kubernetes = servers.isEmpty ? nil : (servers + kubelets).min()
        etcd = playbook.hosts(.etcd).compactMap {
            (try? seen.etcdMember(on: $0.name)).flatMap { PatchVersion($0.version) }
        }
        .min()
        let daemonSet = try? seen.daemonSet(calico.daemonSet, in: calico.namespace)
        calicoImage = daemonSet?.image
        calicoPackage = Self.calicoPackage(calico, seen, playbook)
        let facts = ClusterFacts(playbook: playbook, seen: seen).prepared()
        let members = playbook.hosts(.etcd).map { host in Self.flag("--enable-v2", of: "etcd", on: host.name, facts) }
        isV2Enabled = !members.isEmpty && members.allSatisfy { $0 == "true" }
        holdsV2Objects = playbook.hosts(.controlPlane).contains { host in
            Self.flag("--storage-backend", of: "kube-apiserver", on: host.name, facts) == "etcd2"
        }
        tillerImages = helm.tillerNamespaces.compactMap { (try? seen.deployment(Self.tiller, in: $0))?.image }
        let named = facts.hosts.lazy.compactMap { Self.datastoreType($0.configuration) }.first
        datastoreType = daemonSet?.datastoreType ?? named
    }

    /// The value of a flag, `true` for a flag alone; `nil` where the daemon was not seen or has it not.
    private static func flag(_ flag: String, of name: String, on host: String, _ facts: ClusterFacts) -> String? {
        guard let daemon = facts.hosts.first(where: { $0.host.name == host })?.configuration.daemon(name) else {
            return nil
        }
        // What runs is what is asked here; of several, the last counts. Of a daemon's environment only files tell.
        let isRunning = daemon.words.contains { $0 == flag || $0.hasPrefix("\(flag)=") }
        let found = facts.arguments(of: daemon, on: host).filter { $0.flag == flag }
        let running = found.filter { $0.place.file == nil }
        guard isRunning || daemon.words.isEmpty || name == "etcd" else { return nil }
        return (running.last ?? found.last).map { $0.value ?? "true" }
    }

    /// Where Calico keeps its data: as it says itself, or else where its release keeps it first.
    ///
    /// - Source: projectcalico/calico docs reference/node/configuration, DATASTORE_TYPE: etcdv2 or etcdv3, or kubernetes
    public func datastore(of version: PatchVersion, _ knowledge: VersionKnowledge) -> CalicoDatastore {
        let kept = knowledge.calico(version.release)?.datastores ?? []
        let inAPI: [CalicoDatastore] = [.thirdPartyResources, .customResources]
        let said: CalicoDatastore? =
            switch datastoreType {
            case "kubernetes"?: kept.first(where: inAPI.contains) ?? .customResources
            case let type?: CalicoDatastore(rawValue: type) ?? kept.first { !inAPI.contains($0) }
            case nil: nil
            }
        return said ?? PointReading.datastore(of: version, knowledge)
    }

    /// etcd, as far as a path depends on it.
    var etcdPoint: EtcdPoint? {
        etcd.map { EtcdPoint(version: $0, isV2Enabled: isV2Enabled, holdsV2Objects: holdsV2Objects) }
    }

    /// Calico's version by its image or its package; `nil` where neither is one.
    public var calico: PatchVersion? {
        calicoImage.flatMap(Self.version) ?? calicoPackage.flatMap { PatchVersion($0.upstream) }
    }

    /// The lowest version of a Tiller by its image; `nil` where a tag is none.
    public var tiller: PatchVersion? {
        let versions = tillerImages.compactMap(Self.version)
        return versions.count == tillerImages.count ? versions.min() : nil
    }

    /// The state of the cluster, where the release of Kubernetes is known.
    public func point(_ knowledge: VersionKnowledge) -> ClusterPoint? {
        kubernetes.map { release in
            ClusterPoint(
                kubernetes: release,
                etcd: etcdPoint,
                calico: calico.map {
                    CalicoPoint(version: $0, datastore: datastore(of: $0, knowledge))
                },
                helm: tiller.map { HelmPoint(version: $0) }
            )
        }
    }

    /// What runs and says no version, in words.
    public var unreadable: [String] {
        let package = calico == nil ? calicoPackage : nil
        let images = (calico == nil ? [calicoImage].compactMap { $0 } : []) + (tiller == nil ? tillerImages : [])
        return images.map { "the image `\($0)` says no version" }
            + (package.map { ["Calico's package `\($0)` says no version"] } ?? [])
    }

    /// The version that an image's tag says.
    public static func version(_ image: String) -> PatchVersion? {
        // A colon before a slash is that of a registry's port.
        guard let tag = image.split(separator: "/").last?.split(separator: ":").dropFirst().last else { return nil }
        return PatchVersion(String(tag))
    }
}
