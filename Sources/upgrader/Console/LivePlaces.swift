internal import UpgradeCore

/// Where each step of a plan is, and how much of each phase is done.
struct LivePlaces: Sendable {
    /// The place of a step.
    struct Place: Hashable, Sendable {
        /// Its number, from 0, in the order of the plan.
        var number: Int
        /// The index of its hop.
        var hop: Int
        /// The index of its phase in the hop.
        var phase: Int
        /// The number of its lane, from 0, in the whole plan.
        var lane: Int
    }

    /// Every step in the order of the plan.
    let keys: [StepKey]
    /// How many steps are done.
    private(set) var done = 0
    private let places: [StepKey: Place]
    private var isDone: [Bool]
    private var firstUndone = 0
    private var leftInLane: [Int]
    private var lanesDone: [Phase: Int] = [:]
    private var stepsLeft: [Phase: [StepID: Int]] = [:]

    private struct Phase: Hashable {
        var hop: Int
        var phase: Int
    }

    /// Makes the places of a plan of which some steps are done.
    init(plan: Plan, done: Set<StepKey>) {
        var keys: [StepKey] = []
        var places: [StepKey: Place] = [:]
        var left: [Int] = []
        for (hopIndex, hop) in plan.hops.enumerated() {
            for (phaseIndex, phase) in hop.phases.enumerated() {
                for lane in phase.lanes {
                    for step in lane.steps {
                        let key = StepKey(hop: hop.id, phase: phase.id, step: step, target: lane.target)
                        places[key] = Place(number: keys.count, hop: hopIndex, phase: phaseIndex, lane: left.count)
                        stepsLeft[Phase(hop: hopIndex, phase: phaseIndex), default: [:]][step, default: 0] += 1
                        keys.append(key)
                    }
                    left.append(lane.steps.count)
                }
            }
        }
        self.keys = keys
        self.places = places
        leftInLane = left
        isDone = Array(repeating: false, count: keys.count)
        for key in done {
            finish(key)
        }
    }

    /// The place of a step; `nil` for one that is not of this plan.
    func place(_ key: StepKey) -> Place? { places[key] }

    /// Whether a step is done.
    func isDone(_ key: StepKey) -> Bool {
        places[key].map { isDone[$0.number] } ?? false
    }

    /// Notes that a step is done.
    mutating func finish(_ key: StepKey) {
        guard let place = places[key], !isDone[place.number] else { return }
        isDone[place.number] = true
        done += 1
        leftInLane[place.lane] -= 1
        stepsLeft[Phase(hop: place.hop, phase: place.phase)]?[keys[place.number].step]? -= 1
        if leftInLane[place.lane] == 0 {
            lanesDone[Phase(hop: place.hop, phase: place.phase), default: 0] += 1
        }
        while firstUndone < keys.count, isDone[firstUndone] { firstUndone += 1 }
    }

    /// How many lanes of a phase are done.
    func lanesDone(hop: Int, phase: Int) -> Int {
        lanesDone[Phase(hop: hop, phase: phase)] ?? 0
    }

    /// How many steps of each kind are left in a phase.
    func stepsLeft(hop: Int, phase: Int) -> [StepID: Int] {
        stepsLeft[Phase(hop: hop, phase: phase)] ?? [:]
    }

    /// How many steps come before this one, in the order of the plan, that are not done, so far as a look ahead goes.
    func stepsBefore(_ place: Place, upTo limit: Int) -> Int {
        var count = 0
        for number in firstUndone..<max(firstUndone, place.number) where !isDone[number] {
            count += 1
            if count > limit { break }
        }
        return count
    }

    /// The first step, in the order of the plan, that is not done and may be next.
    func next(where mayBe: (StepKey, Place) -> Bool) -> StepKey? {
        for number in firstUndone..<max(firstUndone, keys.count) where !isDone[number] {
            if let place = places[keys[number]], mayBe(keys[number], place) { return keys[number] }
        }
        return nil
    }
}
