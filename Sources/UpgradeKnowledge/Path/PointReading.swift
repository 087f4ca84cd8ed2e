public import UpgradeCore

/// Reads states and goals that a person typed, such as `kubernetes=1.12,calico=2.2,helm=2.16.12`.
///
/// What a person types is for exploration only; a plan looks at the cluster. A version without its patch number stands
/// for the last one of its release.
public struct PointReading: Sendable {
    /// What was ever released.
    public var knowledge: VersionKnowledge
    /// The day that is spoken of: what is not out then is none; `nil` for all that is known.
    public var day: CalendarDay?

    /// Makes a reader.
    public init(_ knowledge: VersionKnowledge, on day: CalendarDay? = nil) {
        self.knowledge = knowledge
        self.day = day
    }

    /// Reads a state.
    ///
    /// - Throws: `PointError` for anything that is no state, and for versions that never were.
    public func point(_ text: String) throws(PointError) -> ClusterPoint {
        let fields = try fields(text)
        guard let release = try kubernetes(fields) else { throw .missing("kubernetes") }
        var point = ClusterPoint(kubernetes: release)
        if let version = try version(fields, .etcd, [:], nil) {
            point.etcd = EtcdPoint(
                version: version,
                isV2Enabled: try choice(fields, "etcd-v2", ["yes": true, "no": false]) ?? false,
                holdsV2Objects: try choice(fields, "storage", ["etcd2": true, "etcd3": false]) ?? false
            )
        }
        if let version = try calico(fields) {
            point.calico = CalicoPoint(
                version: version,
                datastore: try datastore(fields, version) ?? Self.datastore(of: version, knowledge)
            )
        }
        // What would be left out of the state otherwise, and with it the rules that it is for.
        for (key, component) in [("storage", "etcd"), ("etcd-v2", "etcd"), ("datastore", "calico")]
        where fields[key] != nil && fields[component] == nil { throw .needs(key, component) }
        point.helm = try helm(fields).map { HelmPoint(version: $0) }
        point.helmfile = try version(fields, .helmfile, [:], nil)
        return point
    }

    /// Reads a goal: a release of Kubernetes alone, or as a state.
    ///
    /// - Throws: `PointError`.
    public func goal(_ text: String) throws(PointError) -> PathGoal {
        if let release = MinorRelease(text) { return PathGoal(kubernetes: release) }
        let fields = try fields(text)
        guard let release = try kubernetes(fields) else { throw .missing("kubernetes") }
        let calico = try calico(fields)
        return PathGoal(
            kubernetes: release,
            calico: calico,
            helm: try helm(fields),
            helmfile: try version(fields, .helmfile, [:], nil),
            etcd: try version(fields, .etcd, [:], nil),
            datastore: try choice(fields, "datastore", ["etcd": .etcdv3, "kdd": .customResources])
        )
    }

    /// Where a Calico keeps its data unless something else is known: in etcd.
    public static func datastore(of version: PatchVersion, _ knowledge: VersionKnowledge) -> CalicoDatastore {
        knowledge.calico(version.release)?.datastores.first ?? .etcdv3
    }

    private static let keys = [
        "kubernetes", "etcd", "etcd-v2", "storage", "calico", "datastore", "helm", "helmfile",
    ]

    private func fields(_ text: String) throws(PointError) -> [String: String] {
        var fields: [String: String] = [:]
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map { String($0).trimmingSpaces }
            guard sides.count == 2 else { throw .notAPair(String(part)) }
            guard Self.keys.contains(sides[0]) else { throw .unknownKey(sides[0], known: Self.keys) }
            guard fields.updateValue(sides[1], forKey: sides[0]) == nil else { throw .twice(sides[0]) }
        }
        return fields
    }

    private func kubernetes(_ fields: [String: String]) throws(PointError) -> MinorRelease? {
        guard let text = fields["kubernetes"] else { return nil }
        guard let version = LooseVersion(text)?.version else { throw .notAVersion("kubernetes", text) }
        guard knowledge.kubernetes(version.release) != nil else { throw .unknown(.kubernetes, text) }
        if text.split(separator: ".").count > 2, case .never(let why) = knowledge.existence(kubernetes: version) {
            throw .neverReleased(.kubernetes, version, why: why)
        }
        return version.release
    }

    private func calico(_ fields: [String: String]) throws(PointError) -> PatchVersion? {
        let last = Dictionary(uniqueKeysWithValues: knowledge.calico.map { ($0.version, $0.patch) })
        let found = try version(fields, .calico, last) { knowledge.existence(calico: $0) }
        if let found, let day, knowledge.availability(calico: found, on: day) == .unreleased {
            throw .notOut(.calico, found, on: day)
        }
        return found
    }

    private func helm(_ fields: [String: String]) throws(PointError) -> PatchVersion? {
        let last = Dictionary(
            uniqueKeysWithValues: knowledge.helm.map { release in
                // Of a release that is under way the data has the first day alone.
                (release.version, day.map { release.last.date <= $0 } ?? true ? release.last.tag : release.first.tag)
            }
        )
        let found = try version(fields, .helm, last) { knowledge.existence(helm: $0) }
        if let found, let day, knowledge.availability(helm: found, on: day) == .unreleased {
            throw .notOut(.helm, found, on: day)
        }
        return found
    }

    /// Reads a version and asks whether it ever was; without `existence`, nothing is known of that.
    private func version(
        _ fields: [String: String],
        _ component: PathComponent,
        _ last: [MinorRelease: PatchVersion],
        _ existence: ((PatchVersion) -> Existence)?
    ) throws(PointError) -> PatchVersion? {
        guard let text = fields[component.rawValue] else { return nil }
        if let release = MinorRelease(text) {
            if let version = last[release] { return version }
            if existence != nil { throw .unknown(component, text) }
            return PatchVersion(release: release, patch: 0)
        }
        guard let version = PatchVersion(text) else { throw .notAVersion(component.rawValue, text) }
        switch existence?(version) {
        case .never(let why): throw .neverReleased(component, version, why: why)
        case .notKnown where last[version.release] == nil: throw .unknown(component, text)
        case .notKnown, .known, nil: return version
        }
    }

    private func datastore(
        _ fields: [String: String],
        _ version: PatchVersion
    ) throws(PointError) -> CalicoDatastore? {
        let kept = knowledge.calico(version.release)?.datastores ?? []
        let inAPI: [CalicoDatastore] = [.thirdPartyResources, .customResources]
        return switch try choice(fields, "datastore", ["etcd": false, "kdd": true]) {
        case nil: nil
        case true?: kept.first(where: inAPI.contains)
        case false?: kept.first { !inAPI.contains($0) }
        }
    }

    private func choice<Value>(
        _ fields: [String: String],
        _ key: String,
        _ values: [String: Value]
    ) throws(PointError) -> Value? {
        guard let text = fields[key] else { return nil }
        guard let value = values[text] else { throw .notAChoice(key, text, choices: values.keys.sorted()) }
        return value
    }
}

/// Why a typed state is none.
public enum PointError: Error, Hashable, Sendable {
    /// A part that is not `key=value`.
    case notAPair(String)
    /// A key that no state has.
    case unknownKey(String, known: [String])
    /// A key that is there twice.
    case twice(String)
    /// A key that must be there.
    case missing(String)
    /// A key that says something of a component whose version is missing.
    case needs(String, String)
    /// A version that is not released on the day.
    case notOut(PathComponent, PatchVersion, on: CalendarDay)
    /// A value that is no version.
    case notAVersion(String, String)
    /// A value that the key does not take.
    case notAChoice(String, String, choices: [String])
    /// A version that never was released.
    case neverReleased(PathComponent, PatchVersion, why: String)
    /// A release of which nothing is known.
    case unknown(PathComponent, String)
}

extension PointError: CustomStringConvertible {
    /// What is wrong.
    public var description: String {
        switch self {
        case .notAPair(let text): "`\(text)` is not `component=version`"
        case .unknownKey(let key, let known): "`\(key)` is not one of \(known.joined(separator: ", "))"
        case .twice(let key): "`\(key)` is there twice"
        case .missing(let key): "`\(key)` is missing"
        case .needs(let key, let component): "`\(key)` needs `\(component)=VERSION` beside it"
        case .notOut(let component, let version, let day): "\(component.title) \(version) is not out on \(day)"
        case .notAVersion(let key, let text): "`\(text)` is not a version of \(key)"
        case .notAChoice(let key, let text, let choices):
            "`\(key)` is `\(text)`; it can be \(choices.joined(separator: " or "))"
        case .neverReleased(let component, let version, let why):
            "\(component.title) \(version) never existed: \(why)"
        case .unknown(let component, let text): "nothing is known of \(component.title) \(text)"
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
