public import UpgradeCore

/// Every step that exists, in the order of a hop; a new one is its file, a line here and its place in `HopOutline`.
public enum StepCatalog {
    /// The steps of every playbook, and their order in a hop.
    public static let all = StepSet(steps: steps, outline: HopOutline.phases)

    /// The same, and a step for each of the playbook's own hooks.
    ///
    /// - Parameter playbook: the one that the plan is made from and that the run carries out.
    /// - Returns: the set to plan and to run with.
    public static func all(for playbook: Playbook) -> StepSet {
        var hooks: [StepID: any Step] = [:]
        for hook in playbook.hooks { hooks[hook.stepID] = HookStep(hook) }
        return StepSet(steps: steps + hooks.values, outline: HopOutline.phases)
    }

    /// What takes workers back to the release that a hop leaves: the lanes of an upgrade, with the older packages.
    ///
    /// - Parameters:
    ///   - hosts: the workers, in the order in which they are taken back; none for a look at the cluster alone.
    ///   - playbook: the one of the upgrade; its hooks around workers run here, too.
    /// - Returns: the one phase of it.
    public static func rollback(of hosts: [Host], _ playbook: Playbook) -> [PlannedPhase] {
        HopOutline.rollback(of: hosts, playbook)
    }

    /// What leads a cluster back to the snapshot of a hop.
    ///
    /// - Parameters:
    ///   - hosts: the workers that the hop has changed, in the order in which they go back.
    ///   - source: the etcd host that has the snapshot.
    ///   - playbook: the one of the upgrade.
    /// - Returns: the phases of it.
    public static func restore(workers hosts: [Host], from source: String, _ playbook: Playbook) -> [PlannedPhase] {
        HopOutline.restore(workers: hosts, from: source, playbook)
    }

    /// The kind of the phases in which workers are upgraded, and taken back.
    public static let workers = PhaseName.workers

    /// A step of each lane of workers that a plan takes back, in the order in which it does.
    ///
    /// - Parameter plan: the plan.
    /// - Returns: none for a plan of an upgrade.
    public static func workersTakenBack(by plan: Plan) -> [StepKey] {
        plan.takesBack == nil ? [] : plan.keys.filter { $0.step == DowngradeNode().id }
    }

    /// Whether a rollback takes a step of its upgrade back.
    ///
    /// - Parameters:
    ///   - plan: the plan of the rollback.
    ///   - upgrade: the plan of the upgrade.
    /// - Returns: the question, to be asked of each step of the upgrade.
    public static func isTakenBack(by plan: Plan, of upgrade: Plan) -> @Sendable (StepKey) -> Bool {
        if let first = plan.takesBackTo {
            let taken = Set(upgrade.keys.drop { $0 != first })
            return { taken.contains($0) }
        }
        let lanes = workersTakenBack(by: plan)
        return { key in
            key.phase.kind == workers && lanes.contains { $0.hop == key.hop && $0.target == key.target }
        }
    }

    static let steps: [any Step] = [
        HostReachable(),
        DiskSpace(),
        PackageSystem(),
        PackagesReady(),
        SameArchives(),
        UnitsReady(),
        EtcdHealthy(),
        VersionsInSkew(),
        NodesKnown(),
        Cordons(),
        Budgets(),
        ComponentsSupported(),
        ForeseenBreakage(),
        HostForeseenBreakage(),
        OpenSilences(),
        KeepSilences(),
        CloseSilences(),
        DryStart(),
        KeepPackages(),
        Conffiles(),
        PauseTimers(),
        ResumeTimers(),
        EtcdSnapshot(),
        SaveConfiguration(),
        CalicoBackup(),
        ClusterHealth(),
        HoldControllers(),
        InstallControlPlane(),
        RestartAPIServer(),
        RestartControllerManager(),
        RestartScheduler(),
        CordonAhead(),
        Cordon(),
        Drain(),
        InstallNode(),
        DowngradeNode(),
        RestartKubelet(),
        RestartKubeProxy(),
        NodeReady(),
        Uncordon(),
        CalicoValidate(),
        CalicoImport(),
        CalicoCompare(),
        CalicoPull(),
        CalicoImage(),
        CalicoTypha(),
        CalicoPackages(),
        CalicoConfigure(),
        CalicoPod(),
        CalicoUnit(),
        CalicoComplete(),
        CalicoStrategy(),
        HelmMap(),
        HelmPackage(),
        Tiller(),
        HelmInventoryStep(),
        HelmConvert(),
        HelmVerify(),
        HelmCleanup(),
        InstallClients(),
        VerifyCluster(),
        UndoMarks(),
        RestoreReady(),
        StageSnapshot(),
        StopControlPlane(),
        StopEtcd(),
        SwapEtcd(),
        StartEtcd(),
        DowngradeControlPlane(),
        RestartWatchers(),
    ]
}
