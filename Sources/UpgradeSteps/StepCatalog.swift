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

    /// What takes a worker back to the release that a hop leaves: the lane of an upgrade, with the older packages.
    ///
    /// - Parameters:
    ///   - host: the worker.
    ///   - playbook: the one of the upgrade; its hooks around workers run here, too.
    /// - Returns: the one phase of it.
    public static func rollback(of host: Host, _ playbook: Playbook) -> [PlannedPhase] {
        HopOutline.rollback(of: host, playbook)
    }

    /// The phase in which workers are upgraded, and taken back.
    public static let workers = PhaseName.workers

    /// A step of the lane that a plan takes back, as the upgrade names it.
    ///
    /// - Parameter plan: the plan.
    /// - Returns: `nil` for a plan of an upgrade.
    public static func laneTakenBack(by plan: Plan) -> StepKey? {
        plan.takesBack == nil ? nil : plan.keys.first { $0.step == DowngradeNode().id }
    }

    static let steps: [any Step] = [
        HostReachable(),
        DiskSpace(),
        PackageSystem(),
        PackagesReady(),
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
        ClusterHealth(),
        HoldControllers(),
        InstallControlPlane(),
        RestartAPIServer(),
        RestartControllerManager(),
        RestartScheduler(),
        Cordon(),
        Drain(),
        InstallNode(),
        DowngradeNode(),
        RestartKubelet(),
        RestartKubeProxy(),
        NodeReady(),
        Uncordon(),
        CalicoImage(),
        CalicoPackages(),
        CalicoPod(),
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
    ]
}
