/// Something of ours that is left on the cluster and must be undone, with its prior value.
public enum SideEffect: Hashable, Sendable, Codable {
    /// A cordon; before it the node was schedulable.
    case cordon(node: String, mark: String)
    /// A masked unit; before it the unit was not masked.
    case mask(host: String, unit: String)
    /// A unit that is stopped and masked; before it the unit was active and not masked.
    case pause(host: String, unit: String)
    /// The hold of a package, lifted; before it the package was on hold.
    case liftedHold(host: String, package: String)
    /// A DaemonSet's update strategy; `prior` is what it was.
    case updateStrategy(namespace: String, daemonSet: String, set: String, prior: String)
    /// The image in a DaemonSet's template, which its pods are still to get; `prior` is what it was.
    case templateImage(namespace: String, daemonSet: String, container: String, image: String, prior: String)
    /// The same of a variable of the container's environment.
    case templateVariable(
        namespace: String,
        daemonSet: String,
        container: String,
        name: String,
        value: String,
        prior: String
    )
    /// A silence in an Alertmanager; before it there was none of this run.
    case silence(AlertSilence)
    /// A paused store of Calico, and a new one that is not ready; before it the old one was ready. `store` is the etcd
    /// host that tells of both.
    case calicoPaused(host: String, store: String, mark: String)

    /// What it is about, for a person.
    public var title: String {
        switch self {
        case .cordon(let node, _): "node \(node) is cordoned by this run"
        case .mask(let host, let unit): "unit \(unit) on \(host) is masked by this run"
        case .pause(let host, let unit): "unit \(unit) on \(host) is stopped and masked by this run"
        case .liftedHold(let host, let package): "the hold of package \(package) on \(host) is lifted by this run"
        case .updateStrategy(let namespace, let daemonSet, let set, let prior):
            "DaemonSet \(namespace)/\(daemonSet) has update strategy \(set) instead of \(prior) by this run"
        case .templateImage(let namespace, let daemonSet, _, let image, let prior):
            "new pods of DaemonSet \(namespace)/\(daemonSet) get the image \(image) instead of \(prior) by this run"
        case .templateVariable(let namespace, let daemonSet, _, let name, let value, let prior):
            "new pods of DaemonSet \(namespace)/\(daemonSet) get \(name)=\(value) instead of \(prior) by this run"
        case .silence(let silence) where silence.isWindow == true: "\(silence.what) is opened by this run"
        case .silence(let silence): "\(silence.what) are silenced by this run"
        case .calicoPaused: "Calico's store in etcd's v2 API is paused by this run: no new pod gets an address"
        }
    }

    /// The action that undoes it.
    public var inverse: Action {
        switch self {
        case .cordon(let node, let mark): .uncordon(node: node, mark: mark)
        case .mask(let host, let unit): .unmask(host: host, unit: unit)
        case .pause(let host, let unit): .unpause(host: host, unit: unit)
        case .liftedHold(let host, let package): .hold(host: host, package: package)
        case .updateStrategy(let namespace, let daemonSet, let set, let prior):
            .setUpdateStrategy(namespace: namespace, daemonSet: daemonSet, to: prior, prior: set)
        case .templateImage(let namespace, let daemonSet, let container, let image, let prior):
            .setDaemonSetImage(
                namespace: namespace,
                daemonSet: daemonSet,
                container: container,
                image: prior,
                prior: image
            )
        case .templateVariable(let namespace, let daemonSet, let container, let name, let value, let prior):
            .setDaemonSetVariable(
                namespace: namespace,
                daemonSet: daemonSet,
                container: container,
                name: name,
                value: prior,
                prior: value
            )
        case .silence(let silence): .closeSilence(silence)
        case .calicoPaused(let host, let store, let mark):
            .migrateCalico(host: host, store: store, stage: .abort, mark: mark)
        }
    }

    /// The question that tells whether it is still there.
    public var probe: Probe {
        switch self {
        case .cordon(let node, _): .node(node)
        case .mask(let host, let unit), .pause(let host, let unit): .unit(host: host, unit: unit)
        case .liftedHold(let host, let package): .packages(host: host, names: [package])
        case .updateStrategy(let namespace, let daemonSet, _, _),
            .templateImage(let namespace, let daemonSet, _, _, _),
            .templateVariable(let namespace, let daemonSet, _, _, _, _):
            .daemonSet(namespace: namespace, name: daemonSet)
        case .silence(let silence): .silence(silence)
        case .calicoPaused(_, let store, _): .calicoStores(host: store)
        }
    }

    /// How it stands.
    public enum Standing: Hashable, Sendable {
        /// There and unchanged: it can be undone.
        case ours
        /// There and unchanged, and to undo it now would do harm: why, and what leads on.
        case kept(why: String, next: String)
        /// What it was for has come about: nothing is to be undone.
        case over
        /// Gone, or changed by somebody else.
        case theirs
    }

    /// Whether, by the answer to `probe`, it is still there and unchanged; a change by somebody else makes it theirs.
    public func isStillOurs(_ answer: Answer) -> Bool {
        switch standing(answer) {
        case .ours, .kept: true
        case .over, .theirs: false
        }
    }

    /// How it stands, by the answer to `probe`.
    public func standing(_ answer: Answer) -> Standing {
        switch (self, answer) {
        case (.updateStrategy(_, _, let set, _), .daemonSet(let state?)):
            guard state.updateStrategy == set else { return .theirs }
            return state.isBehind ? .kept(why: state.behindText, next: Self.rollsOn) : .ours
        case (.templateImage(_, _, _, let image, _), .daemonSet(let state?)):
            return state.image == image ? state.template : .theirs
        case (.templateVariable(_, _, _, _, let value, _), .daemonSet(let state?)):
            return state.datastoreType == value ? state.template : .theirs
        // Once a node works with the new store, the old one must not be woken beside it.
        case (.calicoPaused, .calicoStores(let stores)):
            guard stores.isPaused else { return .theirs }
            return stores.isInUse
                ? .kept(
                    why: "a node works with the new store already: the old one must not be woken beside it",
                    next: "`upgrader resume` ends the move; docs/how-to/move-calico.md has the way back by hand"
                ) : .ours
        default: return isThere(answer) ? .ours : .theirs
        }
    }

    static let rollsOn = "`upgrader resume` replaces the others one by one, each behind its gates"

    private func isThere(_ answer: Answer) -> Bool {
        switch (self, answer) {
        case (.cordon(_, let mark), .node(let node)):
            node?.isCordoned == true && node?.cordonMark == mark
        case (.mask, .unit(let unit)), (.pause, .unit(let unit)):
            unit.isMasked
        case (.liftedHold(_, let package), .packages(let installed)):
            installed[package]?.isHeld == false
        case (.silence, .silence(let state)):
            state != nil
        default:
            false
        }
    }
}

extension Action {
    /// Whether an effect is over with the action, although that does not undo it.
    func ends(_ effect: SideEffect) -> Bool {
        switch (self, effect) {
        // The store is paused for good.
        case (.migrateCalico(_, _, .complete, _), .calicoPaused): true
        // The roll is over: all pods are of the new template.
        case (.setUpdateStrategy(let namespace, let name, let to, _), .templateImage),
            (.setUpdateStrategy(let namespace, let name, let to, _), .templateVariable):
            to != DaemonSetState.held && effect.probe == .daemonSet(namespace: namespace, name: name)
        // It is somebody else's by now, or gone.
        case (.dropMark(let dropped), _): dropped == effect
        // A cordon that was set ahead is the lane's own from now on: the mark on the node is another.
        case (.cordon(let node, let mark), .cordon(let other, let before)): node == other && mark != before
        default: false
        }
    }

    /// What the action leaves behind that has to be undone, if anything.
    public var sideEffect: SideEffect? {
        switch self {
        case .cordon(let node, let mark): .cordon(node: node, mark: mark)
        case .mask(let host, let unit): .mask(host: host, unit: unit)
        case .pause(let host, let unit): .pause(host: host, unit: unit)
        case .unhold(let host, let package): .liftedHold(host: host, package: package)
        // Any other strategy lets the DaemonSet replace its pods again, as before the run.
        case .setUpdateStrategy(let namespace, let daemonSet, let set, let prior):
            set == DaemonSetState.held
                ? .updateStrategy(namespace: namespace, daemonSet: daemonSet, set: set, prior: prior) : nil
        case .setDaemonSetImage(let namespace, let daemonSet, let container, let image, let prior):
            .templateImage(
                namespace: namespace,
                daemonSet: daemonSet,
                container: container,
                image: image,
                prior: prior
            )
        case .setDaemonSetVariable(let namespace, let daemonSet, let container, let name, let value, let prior):
            .templateVariable(
                namespace: namespace,
                daemonSet: daemonSet,
                container: container,
                name: name,
                value: value,
                prior: prior
            )
        case .openSilence(let silence): .silence(silence)
        case .migrateCalico(let host, let store, .start, let mark): .calicoPaused(host: host, store: store, mark: mark)
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .hold, .unmask,
            .unpause,
            .restart,
            .saveSnapshot, .proveSnapshot, .archive, .fetch, .prune, .uncordon, .drain,
            .setDeploymentImage, .deletePod, .hook,
            // Wanted, as an installed package is; `helm rollback` takes it back, by its mark.
            .convertHelmRelease, .removeHelmSecret, .mapHelmRelease, .retireHelmRecord, .removeTiller,
            .closeSilence, .saveCalico, .migrateCalico, .switchCalico,
            .pullImage, .dropMark, .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            nil
        }
    }
}
