import Yams

extension PlaybookReading {
    /// Refuses a package that comes with two parts of the playbook: each would bring it to a version of its own, in turn, and
    /// Kubernetes' own would come behind no gate of Kubernetes.
    func refuseShared(_ kubernetes: PackageNames, _ calico: CalicoOptions?, _ helm: HelmOptions?) {
        var owners: [String: String] = [:]
        // A package may be of several roles: all of them have Kubernetes' version.
        let own = [
            ("control-plane", kubernetes.controlPlane), ("node", kubernetes.node), ("client", kubernetes.client),
        ]
        for (key, packages) in own {
            for package in packages { owners[package] = owners[package] ?? "packages.\(key)" }
        }
        var parts = [(["calico"], calico?.packages ?? [])]
        // Without versions nothing of it is installed.
        parts.append((["helm"], helm.map { $0.versions.isEmpty ? [] : $0.packages } ?? []))
        parts.append((["helm", "helm3"], helm?.helm3?.packages ?? []))
        parts.append((["helm", "helmfile"], helm?.helmfile?.packages ?? []))
        for (path, packages) in parts {
            let key = (path + ["packages"]).joined(separator: ".")
            for package in Set(packages).sorted() {
                guard let other = owners.updateValue(key, forKey: package) else { continue }
                top.problems.report(.packageOfTwo(package, key: key, other: other, at: place(of: package, path)))
            }
        }
    }

    /// Where a package is named, or else the section that takes it for granted.
    private func place(of package: String, _ path: [String]) -> PlaybookLocation {
        guard let top = path.first.flatMap({ self.top.entry($0) }) else { return self.top.place }
        let section = path.dropFirst().reduce(top.node) { node, key in node[key] ?? node }
        let names = section["packages"]?.sequence.map(Array.init) ?? []
        return self.top.problems.place(of: names.first { $0.scalar?.string == package } ?? section)
    }
}
