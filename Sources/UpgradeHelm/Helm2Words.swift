/// Helm 2's codes in Helm 3's words.
///
/// - Source: helm v2.17 _proto/hapi/release; helm v3.4 pkg/release/{status,hook}.go
extension ProtoStatus.Code {
    var helm3: String {
        switch self {
        case .unknown: "unknown"
        case .deployed: "deployed"
        case .deleted: "uninstalled"
        case .superseded: "superseded"
        case .failed: "failed"
        case .deleting: "uninstalling"
        case .pendingInstall: "pending-install"
        case .pendingUpgrade: "pending-upgrade"
        case .pendingRollback: "pending-rollback"
        case .UNRECOGNIZED: "unknown"
        }
    }
}

extension ProtoHook.Event {
    /// Helm 3 runs nothing at `crd-install` and `test-failure`: such a hook stays, and rests.
    ///
    /// A test that has to fail must not become one that has to succeed.
    var helm3: String {
        switch self {
        case .unknown: "unknown"
        case .preInstall: "pre-install"
        case .postInstall: "post-install"
        case .preDelete: "pre-delete"
        case .postDelete: "post-delete"
        case .preUpgrade: "pre-upgrade"
        case .postUpgrade: "post-upgrade"
        case .preRollback: "pre-rollback"
        case .postRollback: "post-rollback"
        case .releaseTestSuccess: "test"
        case .releaseTestFailure: "test-failure"
        case .crdInstall: "crd-install"
        case .UNRECOGNIZED(let code): "helm2-\(code)"
        }
    }
}

extension ProtoHook.DeletePolicy {
    var helm3: String {
        switch self {
        case .succeeded: "hook-succeeded"
        case .failed: "hook-failed"
        case .beforeHookCreation: "before-hook-creation"
        case .UNRECOGNIZED(let code): "helm2-\(code)"
        }
    }
}

extension ProtoTestRun.Status {
    var helm3: String {
        switch self {
        case .unknown, .UNRECOGNIZED: "Unknown"
        case .success: "Succeeded"
        case .failure: "Failed"
        case .running: "Running"
        }
    }
}
