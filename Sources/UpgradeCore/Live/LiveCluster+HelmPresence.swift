extension LiveCluster {
    /// Looks for every object of the manifests of deployed releases: a list of names a kind, whatever the number of releases.
    ///
    /// What is deployed with Helm 3 counts where both Helms have a release; of several deployed revisions the newest. Only
    /// that an object is there is compared, and the label that says whose it is: what else it holds is changed by defaults,
    /// controllers and people who may do so, so that a difference would prove nothing.
    func helmPresence() async throws(AccessError) -> HelmPresence {
        let codec = try codec()
        var manifests: [String: (helm: Int, manifest: HelmStoredManifest)] = [:]
        for list in HelmRequests.Deployed.allCases {
            try await read(list.path) { object in
                guard let manifest = codec.manifest(object.stored(list.storage), helm: list.helm) else { return }
                let path = "\(manifest.namespace)/\(manifest.release)"
                if let known = manifests[path] {
                    guard known.helm == list.helm, known.manifest.revision < manifest.revision else { return }
                }
                manifests[path] = (list.helm, manifest)
            }
        }
        var search = HelmSearch(manifests.sorted { $0.key < $1.key }.map(\.value))
        for version in search.versions { try await look(at: version, &search) }
        return search.presence
    }

    private func look(at apiVersion: String, _ search: inout HelmSearch) async throws(AccessError) {
        guard HelmKinds.isVersion(apiVersion) else { return search.isUnserved(apiVersion) }
        let kinds: HelmKinds
        switch try await ask(HelmRequests(playbook).kinds(of: apiVersion)) {
        case .refused(let why) where why.contains("(NotFound)"): return search.isUnserved(apiVersion)
        case .refused(let why): return search.isUnknown(apiVersion, "kinds of \(apiVersion) cannot be listed: \(why)")
        case .printed(let text): kinds = try read(kinds: text, of: apiVersion)
        }
        for kind in search.kinds(of: apiVersion) {
            guard let resource = kinds.resource(kind) else {
                search.isUnserved(apiVersion, kind)
                continue
            }
            guard resource.verbs.contains("list") else {
                search.isUnknown(apiVersion, kind, "objects of \(apiVersion) \(kind) are never listed")
                continue
            }
            let names = HelmRequests(playbook).names(
                of: resource.name,
                at: apiVersion,
                isNamespaced: resource.namespaced
            )
            switch try await ask(names) {
            case .printed(let text): search.take(apiVersion, kind, isNamespaced: resource.namespaced, text)
            case .refused(let why):
                search.isUnknown(apiVersion, kind, "objects of \(apiVersion) \(kind) cannot be listed: \(why)")
            }
        }
    }

    private func read(kinds text: String, of apiVersion: String) throws(AccessError) -> HelmKinds {
        do throws(ReadingError) {
            return try HostJSON.read(HelmKinds.self, text)
        } catch {
            throw unreadable(HelmRequests(playbook).kinds(of: apiVersion), "it is not a list of kinds of the API")
        }
    }

    /// What a question led to.
    private enum Reply {
        case printed(String)
        /// The API server answered, and not with what was asked for: one behind it may be away, which hides its own kinds and
        /// nothing else.
        case refused(String)
    }

    private func ask(_ command: Command) async throws(AccessError) -> Reply {
        let output: String
        do throws(AccessError) {
            let (result, host, _) = try await api.run(command, deadline: Self.helmDeadline)
            if result.succeeded { return .printed(result.output) }
            guard Self.isRefusal(result.errorOutput) else { throw failed(command, on: host, result) }
            output = result.errorOutput
        } catch {
            // Where the server behind the API stays away, the call is given up after a while.
            guard case .commandFailed(_, _, _, let text) = error, Self.isRefusal(text) else { throw error }
            output = text
        }
        return .refused(Redaction.redact(String(output.prefix { !$0.isNewline }.prefix(200))))
    }

    /// > Error from server (Forbidden): …  (kubectl of the path, of whatever the server itself says)
    private static func isRefusal(_ text: String) -> Bool { text.hasPrefix("Error from server") }
}

/// What is looked for, and what was found of it.
struct HelmSearch {
    /// An object by its release's place.
    private struct Wanted {
        var release: Int
        var object: HelmManifestObject
        var owner: [String: String]
    }

    private(set) var presence: HelmPresence
    /// What is wanted, by apiVersion, then kind.
    private var wanted: [String: [String: [Wanted]]] = [:]

    init(_ manifests: [(helm: Int, manifest: HelmStoredManifest)]) {
        presence = HelmPresence()
        for (helm, manifest) in manifests {
            var release = HelmPresence.Release(
                helm: helm,
                namespace: manifest.namespace,
                name: manifest.release,
                revision: manifest.revision
            )
            release.problems = manifest.problems
            for one in manifest.objects {
                if one.isKept {
                    release.kept += 1
                    continue
                }
                let place = Wanted(release: presence.releases.count, object: one.object, owner: one.owner)
                wanted[one.object.apiVersion, default: [:]][one.object.kind, default: []].append(place)
            }
            presence.releases.append(release)
        }
    }

    /// The apiVersions that are wanted.
    var versions: [String] { wanted.keys.sorted() }

    /// The kinds that are wanted of one.
    func kinds(of apiVersion: String) -> [String] { (wanted[apiVersion] ?? [:]).keys.sorted() }

    mutating func isUnserved(_ apiVersion: String) {
        for kind in kinds(of: apiVersion) { isUnserved(apiVersion, kind) }
    }

    mutating func isUnserved(_ apiVersion: String, _ kind: String) {
        for one in wanted[apiVersion]?[kind] ?? [] { presence.releases[one.release].unserved.append(one.object) }
    }

    mutating func isUnknown(_ apiVersion: String, _ why: String) {
        let places = (wanted[apiVersion] ?? [:]).values.joined().map(\.release)
        for release in Set(places) { presence.releases[release].problems.append(why) }
    }

    mutating func isUnknown(_ apiVersion: String, _ kind: String, _ why: String) {
        for release in Set((wanted[apiVersion]?[kind] ?? []).map(\.release)) {
            presence.releases[release].problems.append(why)
        }
    }

    /// Takes the list of a kind.
    mutating func take(_ apiVersion: String, _ kind: String, isNamespaced: Bool, _ text: String) {
        let all = wanted[apiVersion]?[kind] ?? []
        func path(_ object: HelmManifestObject) -> String {
            isNamespaced ? "\(object.namespace)/\(object.name)" : object.name
        }
        let paths = Set(all.map { path($0.object) })
        var found: [String: [String: String]] = [:]
        for line in text.split(separator: "\n") {
            guard let one = HelmNameLine(line, isNamespaced: isNamespaced), paths.contains(one.path) else { continue }
            found[one.path] = HelmOwnerLabel.of(one.labels)
        }
        for one in all {
            var object = one.object
            if !isNamespaced { object.namespace = "" }
            guard let labels = found[path(one.object)] else {
                presence.releases[one.release].absent.append(object)
                continue
            }
            if let other = HelmOwnerLabel.other(labels, than: one.owner) {
                presence.releases[one.release].foreign.append(HelmPresence.Foreign(object: object, release: other))
            } else {
                presence.releases[one.release].present += 1
            }
        }
    }
}
