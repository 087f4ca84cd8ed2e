/// A program of Helm's that is asked which version it is, and the package that carries it.
public struct HelmAskedProgram: Hashable, Sendable {
    /// The program.
    public var program: HelmProgram
    /// The package.
    public var package: String
    /// The version of the package, by the release at whose arrival it comes.
    public var versions: [MinorRelease: PackageVersion]

    /// What the client of Helm 2 is called where nobody says otherwise.
    static let usual = "helm"

    /// The programs that packages of these names are known to carry.
    ///
    /// - Source: packaging/README.md
    private static let known: [String: HelmProgram] = [
        usual: .client(usual), "helm3": .client("helm3"), "helmfile": .helmfile,
    ]

    /// Those of packages: the one that the playbook names, of the first of them, or else those that their names say.
    static func of(_ packages: HelmProgramPackages?, _ named: (String) -> HelmProgram) -> [HelmAskedProgram] {
        guard let packages else { return [] }
        if let program = packages.program, let first = packages.packages.first {
            return [HelmAskedProgram(program: named(program), package: first, versions: packages.versions)]
        }
        return packages.packages.compactMap { name in
            known[name].map { HelmAskedProgram(program: $0, package: name, versions: packages.versions) }
        }
    }
}
