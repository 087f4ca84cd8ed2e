import FoundationEssentials

extension LiveCluster {
    /// A page takes a moment; kubectl itself gives up after 20 s.
    static let helmDeadline = Duration.seconds(60)
    /// How much of a list is held in memory at once: enough that the time of a call does not matter.
    private static let pageBytes = 8 << 20
    /// The most objects of a page, as kubectl's `--chunk-size`; and what the first page asks for, before it is known
    /// how large they are: at most 64 MiB of the largest that the API stores.
    private static let largestPage = 500
    private static let firstPage = 32

    /// Every release of Helm 2 and 3, page by page; of each only names, digests and sizes are kept.
    func helmInventory(compares: Bool) async throws(AccessError) -> HelmInventory {
        let codec = try codec()
        var inventory = HelmInventory()
        for list in HelmRequests.List.allCases {
            try await read(list.path) { object in
                switch list {
                case .namespaces: inventory.namespaces.insert(object.metadata.name)
                case .tillers: inventory.tillers += object.tiller.map { [$0] } ?? []
                case .helm2ConfigMaps:
                    inventory.records.append(codec.record(object.stored(.configMap), compares: compares))
                case .helm2Secrets: inventory.records.append(codec.record(object.stored(.secret), compares: compares))
                case .helm3Secrets: inventory.secrets.append(codec.secret(object.stored(.secret), compares: compares))
                }
            }
        }
        inventory.records.sort { ($0.namespace, $0.release, $0.revision) < ($1.namespace, $1.release, $1.revision) }
        inventory.secrets.sort { ($0.namespace, $0.release, $0.revision) < ($1.namespace, $1.release, $1.revision) }
        return inventory
    }

    /// Reads a release, converts it here, and writes the Secret.
    func convert(
        _ conversion: HelmConversion,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let codec = try codec()
        let requests = HelmRequests(playbook)
        let source = conversion.source
        let read = requests.object(source.storage, source.namespace, source.name)
        let object = try await object(read, source.storage, report: report)
        let manifest: String
        do throws(HelmCodecError) {
            manifest = try codec.converted(object, conversion)
        } catch {
            switch error {
            case .changed: throw unreadable(read, "\(source.path) was changed since it was looked at")
            case .unconvertible(let why): throw unreadable(read, "\(source.path) cannot be converted: \(why)")
            }
        }
        let (result, host, _) = try await api.run(
            requests.creation(manifest),
            deadline: Self.helmDeadline,
            report: report
        )
        if result.succeeded { return }
        // An earlier try may have written it before its answer was lost.
        if result.errorOutput.contains("(AlreadyExists)") {
            let found = requests.object(.secret, conversion.namespace, conversion.secret)
            let secret = codec.secret(try await self.object(found, .secret, report: report), compares: false)
            if secret.isOurs, secret.mark?.sourceDigest == conversion.digest { return }
        }
        throw failed(requests.creation(nil), on: host, result)
    }

    /// Removes a Secret that a conversion wrote; one that was changed since is left, and that is an error.
    ///
    /// So is one whose record Helm 2 does not have any more, or not as one that can be read: it would be the last of that
    /// revision.
    func remove(
        _ conversion: HelmConversion,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let codec = try codec()
        let requests = HelmRequests(playbook)
        let read = requests.object(.secret, conversion.namespace, conversion.secret)
        let object: StoredHelmObject
        do throws(AccessError) {
            object = try await self.object(read, .secret, report: report)
        } catch {
            // Gone already: removed by an earlier try, or by somebody else.
            if case .commandFailed(_, _, _, let output) = error, output.contains("(NotFound)") { return }
            throw error
        }
        let secret = codec.secret(object, compares: false)
        guard secret.isOurs, secret.mark?.sourceDigest == conversion.digest else {
            throw unreadable(read, "it was changed since it was written")
        }
        let source = conversion.source
        let original = requests.object(source.storage, source.namespace, source.name)
        // Fails where it is not there.
        let record = codec.record(try await self.object(original, source.storage, report: report), compares: false)
        if let problem = record.problem {
            throw unreadable(original, "\(source.path) cannot be read any more, the Secret can: \(problem)")
        }
        let removal = requests.removal(.secret, object.namespace, object.name, at: object.resourceVersion)
        let (result, host, _) = try await api.run(removal, deadline: Self.helmDeadline, report: report)
        guard result.succeeded else { throw failed(removal, on: host, result) }
    }

    // MARK: one call

    func codec() throws(AccessError) -> any HelmCodec {
        guard let helm else {
            throw .unreadable(host: "", command: "helm", reason: "nothing that reads what Helm stores was given")
        }
        return helm
    }

    func object(
        _ command: Command,
        _ storage: HelmStorage,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> StoredHelmObject {
        try await whole(command, report: report).stored(storage)
    }

    /// An object as the API gives it.
    func whole(
        _ command: Command,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> HelmObject {
        let (result, host, _) = try await api.run(command, deadline: Self.helmDeadline, report: report)
        guard result.succeeded else { throw failed(command, on: host, result) }
        do throws(ReadingError) {
            return try HostJSON.read(HelmObject.self, result.output)
        } catch {
            throw unreadable(command, "it is not an object of the API")
        }
    }

    func read(_ path: String, _ take: (HelmObject) -> Void) async throws(AccessError) {
        let requests = HelmRequests(playbook)
        var size = Self.firstPage
        var token: String?
        repeat {
            let command = requests.page(of: path, size: size, after: token)
            let (result, host, _) = try await api.run(command, deadline: Self.helmDeadline)
            guard result.succeeded else { throw failed(command, on: host, result) }
            let page: HelmPage
            do throws(ReadingError) {
                page = try HostJSON.read(HelmPage.self, result.output)
            } catch {
                throw unreadable(command, "it is not a list of the API")
            }
            for object in page.items { take(object) }
            if !page.items.isEmpty {
                let average = max(1, result.output.utf8.count / page.items.count)
                size = min(max(1, Self.pageBytes / average), Self.largestPage)
            }
            token = page.metadata.next.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
    }

    /// A failure without what the command printed to its standard output, which may hold a release.
    func failed(_ command: Command, on host: String, _ result: CommandResult) -> AccessError {
        .failed(command, on: host, CommandResult(errorOutput: result.errorOutput, outcome: result.outcome))
    }

    func unreadable(_ command: Command, _ reason: String) -> AccessError {
        .unreadable(
            host: CommandRendering.apiHost(playbook),
            command: Redaction.redact(command),
            reason: Redaction.redact(reason)
        )
    }
}
