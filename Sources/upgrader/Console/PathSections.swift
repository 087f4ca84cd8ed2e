internal import UpgradeCore
internal import UpgradeKnowledge

/// What a playbook says for a path to be walked, for programs: with the keys of a playbook, which is YAML, so that it can stand
/// there as it is.
struct PathSections: Encodable {
    /// The section `calico`; absent where the path leaves it alone.
    var calico: Calico?
    /// The section `helm`; absent where the path leaves Helm and helmfile alone.
    var helm: Helm?

    struct Version: Encodable {
        var package: String
        var tag: String

        init(_ version: PatchVersion) {
            package = PathPlaybook.package(version)
            tag = "v\(version)"
        }
    }

    struct Calico: Encodable {
        /// A list at each release, also of one.
        var versions: [String: [Version]]
        var migration: Migration?

        struct Migration: Encodable {
            var at: MinorRelease
        }

        enum CodingKeys: String, CodingKey {
            case versions
            case migration = "datastore-migration"
        }
    }

    struct Helm: Encodable {
        var versions: [String: Version]?
        var migrateAt: MinorRelease?
        var helm3: Packages?
        var helmfile: Packages?

        enum CodingKeys: String, CodingKey {
            case versions, helm3, helmfile
            case migrateAt = "migrate-at"
        }
    }

    struct Packages: Encodable {
        var versions: [String: String]

        /// `nil` for none.
        init?(_ versions: [MinorRelease: PatchVersion]) {
            if versions.isEmpty { return nil }
            self.versions = Self.named(versions.mapValues(PathPlaybook.package))
        }

        static func named<Value>(_ values: [MinorRelease: Value]) -> [String: Value] {
            Dictionary(uniqueKeysWithValues: values.map { ("\($0.key)", $0.value) })
        }
    }

    /// Makes the sections.
    init(_ playbook: PathPlaybook) {
        if !playbook.rolls.isEmpty {
            calico = Calico(
                versions: Packages.named(playbook.rolls.mapValues { $0.map(Version.init) }),
                migration: playbook.migration.map(Calico.Migration.init)
            )
        }
        guard playbook.movesHelm else { return }
        helm = Helm(
            versions: playbook.helm.isEmpty ? nil : Packages.named(playbook.helm.mapValues(Version.init)),
            migrateAt: playbook.migrateAt,
            helm3: Packages(playbook.helm3),
            helmfile: Packages(playbook.helmfile)
        )
    }
}
