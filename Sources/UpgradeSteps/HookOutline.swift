import UpgradeCore

/// Where an operator's own commands stand in a phase.
enum HookOutline {
    /// The phase with the hooks that belong to it before and after the other steps of its lanes.
    ///
    /// A phase that works on hosts runs them in the lane of every host, where a host has several in the last: those before it
    /// prepare all hosts ahead of the first. One that looks at the cluster only runs them once: before its first lane, or after
    /// its last.
    static func placed(in phase: PlannedPhase, _ hooks: [Hook]) -> PlannedPhase {
        let hooks = hooks.filter { $0.phase == phase.id.kind }
        if hooks.isEmpty { return phase }
        let before = hooks.filter(\.runsBefore).map(\.stepID)
        let after = hooks.filter { !$0.runsBefore }.map(\.stepID)
        var phase = phase
        // Told once for the phase: looked for lane by lane, five thousand hosts took a third of a plan's time.
        let lastLanes = Dictionary(phase.lanes.indices.map { (phase.lanes[$0].target, $0) }, uniquingKeysWith: max)
        let hostLanes = phase.lanes.indices.filter { index in
            phase.lanes[index].target != .cluster && lastLanes[phase.lanes[index].target] == index
        }
        let first = hostLanes.isEmpty ? Array(phase.lanes.indices.prefix(1)) : hostLanes
        let last = hostLanes.isEmpty ? Array(phase.lanes.indices.suffix(1)) : hostLanes
        for index in first { phase.lanes[index].steps.insert(contentsOf: before, at: 0) }
        for index in last { phase.lanes[index].steps += after }
        return phase
    }
}
