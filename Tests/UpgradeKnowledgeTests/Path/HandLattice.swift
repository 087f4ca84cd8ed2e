/// The lattice once more, by hand: tables, moves, hard rules and distance as the derivation writes them down.
///
/// Nothing here is read from the product's data or asked of its code, so that it can be held against both. A version is
/// a number: 3.12.3 is `3_12_03`; a release of Kubernetes is its minor. All data is in etcd: Calico 2 in its v2 API,
/// Calico 3 in its v3 API.
/// - Source: the derivation of the path from 1.12 to 1.16, section 2, K1 to E1 and H1 to H3.
struct HandLattice {
    struct Release {
        var version: Int
        /// The releases of Kubernetes that its makers tested; from 0 where they only ever named the newest.
        var range: ClosedRange<Int>
        /// Whether a path moves there, or only begins there.
        var isLanding = true

        init(_ version: Int, _ range: ClosedRange<Int>, isLanding: Bool = true) {
            self.version = version
            self.range = range
            self.isLanding = isLanding
        }
    }

    struct Point: Hashable {
        var kubernetes: Int
        var calico: Int
        var helm: Int
        var isFrozen = false
    }

    enum Use { case automatic, active, frozen, downgrade }

    var calico = Self.calico
    var helm = Self.helm
    var last = 16
    var goalCalico: Int? = 3_16_10
    var goalHelm: Int? = 3_04_02
    /// An end whose data would be where its Calico cannot have it.
    var isImpossible = false
    var use = Use.automatic
    var start: Point

    static let calico = [
        Release(2_02_01, 0...6), Release(2_03_00, 0...6), Release(2_04_01, 0...6), Release(2_05_01, 0...7),
        Release(2_06_04, 0...8, isLanding: false), Release(2_06_12, 0...8), Release(3_00_12, 0...8),
        Release(3_01_07, 8...10), Release(3_02_08, 9...11), Release(3_03_07, 10...12), Release(3_04_04, 10...12),
        Release(3_05_08, 10...12), Release(3_06_05, 11...13), Release(3_07_05, 12...14), Release(3_08_09, 13...15),
        Release(3_09_06, 13...15), Release(3_10_04, 14...16), Release(3_11_03, 14...16), Release(3_12_03, 14...17),
        Release(3_13_05, 15...17), Release(3_14_02, 16...18), Release(3_15_05, 16...18), Release(3_16_10, 16...19),
    ]

    static let helm = [
        Release(2_06_02, 6...7), Release(2_07_02, 7...8), Release(2_08_02, 8...9), Release(2_09_01, 9...10),
        Release(2_10_00, 9...10), Release(2_11_00, 10...11), Release(2_12_03, 11...12), Release(2_13_01, 12...13),
        Release(2_14_03, 13...14), Release(2_15_02, 14...15), Release(2_16_12, 15...16), Release(2_17_00, 15...16),
        Release(3_00_03, 13...16), Release(3_01_03, 14...17), Release(3_02_04, 15...18), Release(3_03_04, 15...18),
        Release(3_04_02, 16...19),
    ]

    // MARK: moves

    func next(_ point: Point) -> Set<Point> {
        var all: Set<Point> = []
        func add(_ change: (inout Point) -> Void) {
            var next = point
            change(&next)
            if !isBroken(next) { all.insert(next) }
        }
        // K1; H3: what a frozen Helm has stored cannot be rewritten before 1.16.
        if point.kubernetes < last, !(point.isFrozen && point.kubernetes == 15) { add { $0.kubernetes += 1 } }
        for release in calico where release.isLanding && isDocumented(point.calico, release.version) {
            // Manifests of 3.7 and before name APIs that 1.16 does not serve.
            if point.kubernetes >= 16, release.version < 3_08_00 { continue }
            add { $0.calico = release.version }
        }
        for release in helm where release.isLanding && release.version != point.helm {
            let isUp = release.version > point.helm
            let isConverted = point.helm < 3_00_00 && release.version >= 3_00_00
            let goesDown = use == .downgrade && point.helm < 3_00_00 && release.version < point.helm
            // H2: converted once and never back, frozen or not; otherwise a frozen Helm stays as it is.
            if isConverted || !point.isFrozen && (isUp || goesDown) {
                add {
                    $0.helm = release.version
                    $0.isFrozen = false
                }
            }
        }
        if point.isFrozen, distance(point.helm, helm, point.kubernetes) == 0 { add { $0.isFrozen = false } }
        return all
    }

    /// C1.
    private func isDocumented(_ from: Int, _ to: Int) -> Bool {
        if to <= from { return false }
        if to / 100 == from / 100 { return true }
        if from < 2_06_05 { return to < 2_07_00 }
        if from < 3_00_00 { return to >= 3_00_00 && to < 3_06_00 }
        return to >= 3_01_00
    }

    /// C3: older controllers would see no network policies any more.
    private func isBroken(_ point: Point) -> Bool { point.kubernetes >= 16 && point.calico < 3_01_00 }

    func isReached(_ point: Point) -> Bool {
        !isImpossible && point.kubernetes == last && !point.isFrozen && (goalCalico ?? point.calico) == point.calico
            && (goalHelm ?? point.helm) == point.helm
    }

    // MARK: distance

    private func distance(_ version: Int, _ releases: [Release], _ kubernetes: Int) -> Int {
        guard let range = releases.first(where: { $0.version == version })?.range else { return 1_000 }
        return max(0, range.lowerBound - kubernetes, kubernetes - range.upperBound)
    }

    /// What a state costs: ten thousand for each minor out of range, a hundred for being out at all.
    func cost(_ point: Point, live: [Int]) -> Int {
        let network = live.map { distance(point.calico, calico, $0) }.reduce(0, max)
        let tools = point.isFrozen ? 0 : live.map { distance(point.helm, helm, $0) }.reduce(0, max)
        return 10_000 * (network + tools) + (network + tools > 0 ? 100 : 0)
    }

    /// What a move costs: one, and the states that it leads through; during a hop both releases are live.
    func cost(from point: Point, to next: Point) -> Int {
        let during =
            point.kubernetes == next.kubernetes ? 0 : cost(point, live: [point.kubernetes, next.kubernetes])
        return 1 + during + cost(next, live: [next.kubernetes])
    }

    // MARK: every path

    /// What the cheapest path costs to each point that can be reached; one that gets cheaper is looked at again.
    func costs() -> [Point: Int] {
        var costs = [start: cost(start, live: [start.kubernetes])]
        var waiting = [start]
        var moves: [Point: [Point]] = [:]
        while let point = waiting.popLast() {
            guard let here = costs[point] else { continue }
            let reached = moves[point] ?? Array(next(point))
            moves[point] = reached
            for next in reached {
                let sum = here + cost(from: point, to: next)
                if let known = costs[next], known <= sum { continue }
                costs[next] = sum
                waiting.append(next)
            }
        }
        return costs
    }
}
