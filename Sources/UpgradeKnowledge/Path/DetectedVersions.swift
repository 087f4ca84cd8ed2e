public import UpgradeCore

/// The versions that a cluster runs, as it answers itself; nothing that a person wrote.
public struct DetectedVersions: Hashable, Sendable {
    /// The lowest release that any API server or worker runs; `nil` where none says.
    public var kubernetes: MinorRelease?
    /// The lowest version of an etcd member.
    public var etcd: PatchVersion?
    /// The image of Calico's DaemonSet; `nil` where there is none.
    public var calicoImage: String?
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
            + [.daemonSet(namespace: calico.namespace, name: calico.daemonSet)]
            + helm.tillerNamespaces.map { .deployment(namespace: $0, name: tiller) }
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
        calicoImage = (try? seen.daemonSet(calico.daemonSet, in: calico.namespace))?.image
        tillerImages = helm.tillerNamespaces.compactMap { (try? seen.deployment(Self.tiller, in: $0))?.image }
    }

    /// Calico's version by its image; `nil` where the tag is none.
    public var calico: PatchVersion? { calicoImage.flatMap(Self.version) }

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
                etcd: etcd.map { EtcdPoint(version: $0) },
                calico: calico.map {
                    CalicoPoint(version: $0, datastore: PointReading.datastore(of: $0, knowledge))
                },
                helm: tiller.map { HelmPoint(version: $0) }
            )
        }
    }

    /// What runs and says no version, in words.
    public var unreadable: [String] {
        let images = (calico == nil ? [calicoImage].compactMap { $0 } : []) + (tiller == nil ? tillerImages : [])
        return images.map { "the image `\($0)` says no version" }
    }

    /// The version that an image's tag says.
    static func version(_ image: String) -> PatchVersion? {
        // A colon before a slash is that of a registry's port.
        guard let tag = image.split(separator: "/").last?.split(separator: ":").dropFirst().last else { return nil }
        return PatchVersion(String(tag))
    }
}
