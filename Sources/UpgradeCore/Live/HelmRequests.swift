/// The requests that read and write what Helm stores: the one place that knows their argv.
///
/// Contents pass through standard input and output only; no word of a command ever holds any.
struct HelmRequests {
    /// A list of objects that is read page by page.
    enum List: CaseIterable {
        case namespaces
        case tillers
        case helm2ConfigMaps
        case helm2Secrets
        case helm3Secrets

        /// The path of the list and its selector.
        ///
        /// - Source: helm v2.16 cmd/helm/installer/install.go (labels of Tiller) and pkg/storage/driver (OWNER=TILLER);
        ///   helm v3.0 pkg/storage/driver/secrets.go (owner=helm)
        var path: String {
            switch self {
            case .namespaces: "/api/v1/namespaces?"
            case .tillers: "/apis/apps/v1/deployments?labelSelector=app%3Dhelm%2Cname%3Dtiller&"
            case .helm2ConfigMaps: "/api/v1/configmaps?labelSelector=OWNER%3DTILLER&"
            case .helm2Secrets: "/api/v1/secrets?labelSelector=OWNER%3DTILLER&"
            case .helm3Secrets: "/api/v1/secrets?labelSelector=owner%3Dhelm&"
            }
        }
    }

    /// A list of what holds a deployed revision.
    enum Deployed: CaseIterable {
        case helm3Secrets
        case helm2ConfigMaps
        case helm2Secrets

        /// The major version of the Helm.
        var helm: Int { self == .helm3Secrets ? 3 : 2 }

        var storage: HelmStorage { self == .helm2ConfigMaps ? .configMap : .secret }

        /// The path of the list and its selector.
        ///
        /// - Source: as `List.path`; STATUS is in capitals with Helm 2
        var path: String {
            switch self {
            case .helm3Secrets: "/api/v1/secrets?labelSelector=owner%3Dhelm%2Cstatus%3Ddeployed&"
            case .helm2ConfigMaps: "/api/v1/configmaps?labelSelector=OWNER%3DTILLER%2CSTATUS%3DDEPLOYED&"
            case .helm2Secrets: "/api/v1/secrets?labelSelector=OWNER%3DTILLER%2CSTATUS%3DDEPLOYED&"
            }
        }
    }

    private let kubectl: Kubectl
    private let host: String

    init(_ playbook: Playbook) {
        kubectl = Kubectl(playbook)
        host = CommandRendering.apiHost(playbook)
    }

    /// One page: kubectl's own `--chunk-size` would hold the whole list in memory before it prints.
    func page(of list: List, size: Int, after token: String?) -> Command {
        page(of: list.path, size: size, after: token)
    }

    /// One page of the list at a path.
    func page(of path: String, size: Int, after token: String?) -> Command {
        let next = token.map { "&continue=\(Self.escaped($0))" } ?? ""
        return raw("\(path)limit=\(size)\(next)")
    }

    /// The kinds that the API serves at a group and version.
    func kinds(of apiVersion: String) -> Command {
        raw(apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)")
    }

    /// The namespace, name and labels of every object of a kind, a line each.
    ///
    /// Without `-o`: then the API server prints (kubectl 1.11 and later), and sends no more of an object than its metadata. So
    /// no Secret leaves the server, and kubectl does not hold what Helm itself has stored.
    /// - Source: kubernetes 1.12 pkg/kubectl/cmd/get/get.go (`--server-print`), apimachinery meta/v1beta1 TableOptions
    func names(of resource: String, at apiVersion: String, isNamespaced: Bool) -> Command {
        let parts = apiVersion.split(separator: "/", maxSplits: 1)
        let group = parts.count == 2 ? String(parts[0]) : ""
        let version = String(parts.last ?? "")
        return kubectl.brief(
            ["get", "\(resource).\(version).\(group)"] + (isNamespaced ? ["--all-namespaces"] : [])
                + ["--chunk-size=500", "--no-headers", "--show-labels"]
        )
    }

    /// One object with its contents.
    func object(_ storage: HelmStorage, _ namespace: String, _ name: String) -> Command {
        raw("/api/v1/namespaces/\(namespace)/\(storage.rawValue)/\(name)")
    }

    /// The creation of an object whose manifest is read from standard input.
    ///
    /// The server judges it; kubectl would fetch the whole schema of the API for each (300 ms an object on the lab, 120 without).
    func creation(_ manifest: String?) -> Command {
        var command = kubectl.brief(["create", "--validate=false", "--filename=-", "--output=name"])
        command.input = manifest
        return command
    }

    /// The removal of an object that is still at this version.
    ///
    /// kubectl of the path cannot send a version with a deletion, so it is compared just before.
    func removal(_ storage: HelmStorage, _ namespace: String, _ name: String, at version: String) -> Command {
        Command(
            ["/bin/sh", "-c", Self.removeUnchanged, "upgrader-remove", storage.rawValue, namespace, name, version]
                + kubectl.brief([]).words,
            needsRoot: true
        )
    }

    /// What a conversion runs: the object is read, converted on the operator's machine, and written.
    func conversion(_ one: HelmConversion) -> [RenderedCommand] {
        let read = object(one.source.storage, one.source.namespace, one.source.name)
        return [RenderedCommand(host: host, command: read), made(one.namespace, one.secret)]
            + [RenderedCommand(host: host, command: creation(nil))]
    }

    /// What standard input holds is nowhere in a command: whoever reads a plan learns what is written from this line.
    private func made(_ namespace: String, _ secret: String) -> RenderedCommand {
        let words = ["make", "Secret", "\(namespace)/\(secret)"]
        return RenderedCommand(host: AlertmanagerRequests.place, command: Command(words), means: .here)
    }

    /// What the removal of a converted Secret runs: the version is known when it has been read; what it was made from has to be
    /// there.
    func removal(_ one: HelmConversion) -> [RenderedCommand] {
        [
            object(.secret, one.namespace, one.secret),
            object(one.source.storage, one.source.namespace, one.source.name),
            removal(.secret, one.namespace, one.secret, at: "VERSION"),
        ]
        .map { RenderedCommand(host: host, command: $0) }
    }

    /// The replacement of an object by a manifest that is read from standard input and names the version that was read:
    /// the API refuses it where there is another one by now.
    func replacement(_ manifest: String?) -> Command {
        var command = kubectl.brief(["replace", "--filename=-", "--output=name"])
        command.input = manifest
        return command
    }

    /// What a mapping runs: the deployed revision is read, the new one written, and the old one superseded.
    func mapping(_ one: HelmMapping) -> [RenderedCommand] {
        [object(one.source.storage, one.source.namespace, one.source.name), creation(nil), replacement(nil)].map {
            RenderedCommand(host: host, command: $0)
        }
    }

    /// What a retirement runs: the object is read, copied to the operator's machine, and removed.
    func retirement(_ one: HelmRetirement) -> [RenderedCommand] {
        let source = one.source
        return [
            object(source.storage, source.namespace, source.name),
            removal(source.storage, source.namespace, source.name, at: "VERSION"),
        ]
        .map { RenderedCommand(host: host, command: $0) }
    }

    /// The removal of what `helm init` has installed in a namespace.
    ///
    /// - Source: helm v2.17 cmd/helm/installer/{install,uninstall}.go: a Deployment and a Service with these labels
    func removal(ofTiller namespace: String) -> [RenderedCommand] {
        let words = [
            "delete", "deployments.apps,services", "--selector=app=helm,name=tiller", "--namespace=\(namespace)",
            "--ignore-not-found",
        ]
        return [RenderedCommand(host: host, command: kubectl.brief(words))]
    }

    private static let removeUnchanged = """
        kind=$1; namespace=$2; name=$3; version=$4; shift 4; \
        found=$("$@" get "$kind" "$name" --namespace="$namespace" --ignore-not-found \
        -o 'jsonpath={.metadata.resourceVersion}') || exit; \
        [ -n "$found" ] || exit 0; \
        [ "$found" = "$version" ] || { echo "$kind $namespace/$name was changed meanwhile" >&2; exit 1; }; \
        exec "$@" delete "$kind" "$name" --namespace="$namespace" --ignore-not-found
        """

    private func raw(_ path: String) -> Command {
        kubectl.brief(["get", "--raw", path])
    }

    /// A continue token is base64 for URLs; what is none of its characters is escaped all the same.
    private static func escaped(_ token: String) -> String {
        token.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-_.~".contains(character) {
                return String(character)
            }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        .joined()
    }
}
