import UpgradeCore

/// The phases of a hop; the names are written to disk.
enum PhaseName {
    static let preflight: PhaseID = "preflight"
    static let silence: PhaseID = "silence"
    static let backup: PhaseID = "backup"
    static let networkBackup: PhaseID = "network-backup"
    static let prepareControlPlane: PhaseID = "prepare-control-plane"
    static let prepareWorkers: PhaseID = "prepare-workers"
    static let networkBefore: PhaseID = "network-before"
    static let helmBefore: PhaseID = "helm-before"
    static let controlPlane: PhaseID = "control-plane"
    static let controllers: PhaseID = "controllers"
    static let workers: PhaseID = .workers
    static let cordonAhead: PhaseID = .cordonAhead
    static let network: PhaseID = "network"
    static let helm: PhaseID = "helm"
    static let clients: PhaseID = "clients"
    static let verify: PhaseID = "verify"
    static let unsilence: PhaseID = "unsilence"
    static let marks: PhaseID = "marks"
    static let restoreStage: PhaseID = "restore-stage"
    static let restoreStop: PhaseID = "restore-stop"
    static let restoreStopEtcd: PhaseID = "restore-stop-etcd"
    static let restoreSwap: PhaseID = "restore-swap"
    static let restoreStart: PhaseID = "restore-start"
    static let restoreControlPlane: PhaseID = "restore-control-plane"
    static let restoreWatchers: PhaseID = "restore-watchers"
}
