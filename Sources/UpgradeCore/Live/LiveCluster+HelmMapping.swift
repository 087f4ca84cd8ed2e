import FoundationEssentials

extension LiveCluster {
    /// Writes the deployed revision anew with the APIs that stay, then supersedes it.
    ///
    /// In this order, because a release without any deployed revision cannot be upgraded, and of two Helm takes the later.
    func map(
        _ mapping: HelmMapping,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let codec = try codec()
        let requests = HelmRequests(playbook)
        let source = mapping.source
        let read = requests.object(source.storage, source.namespace, source.name)
        let object = try await object(read, source.storage, report: report)
        let rewrite: HelmRewrite
        do throws(HelmCodecError) {
            rewrite = try codec.mapped(object, mapping)
        } catch {
            switch error {
            case .changed: throw unreadable(read, "\(source.path) was changed since it was looked at")
            case .unconvertible(let why): throw unreadable(read, "\(source.path) cannot be mapped: \(why)")
            }
        }
        try await create(rewrite.created, mapping, codec, report: report)
        let (result, host, _) = try await api.run(
            requests.replacement(rewrite.superseded),
            deadline: Self.helmDeadline,
            report: report
        )
        if result.succeeded { return }
        // An earlier try may have done it before its answer was lost; its version is then another one.
        let found = try await self.object(read, source.storage, report: report)
        if Digest.sha256(found.data) == rewrite.supersededDigest { return }
        throw failed(requests.replacement(nil), on: host, result)
    }

    private func create(
        _ manifest: String,
        _ mapping: HelmMapping,
        _ codec: any HelmCodec,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let requests = HelmRequests(playbook)
        let (result, host, _) = try await api.run(
            requests.creation(manifest),
            deadline: Self.helmDeadline,
            report: report
        )
        if result.succeeded { return }
        if result.errorOutput.contains("(AlreadyExists)") {
            let target = mapping.target
            let found = try await object(
                requests.object(target.storage, target.namespace, target.name),
                target.storage,
                report: report
            )
            let mark =
                mapping.helm == 2
                ? codec.record(found, compares: false).mark : codec.secret(found, compares: false).mark
            if mark?.origin == .mapping, mark?.sourceDigest == mapping.digest,
                mark?.content == Digest.sha256(found.data)
            {
                return
            }
        }
        throw failed(requests.creation(nil), on: host, result)
    }

    /// Copies an object of Helm 2 to the operator's machine, reads the copy back, and only then removes the object.
    func retire(
        _ one: HelmRetirement,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let requests = HelmRequests(playbook)
        let source = one.source
        let read = requests.object(source.storage, source.namespace, source.name)
        let whole: HelmObject
        do throws(AccessError) {
            whole = try await self.whole(read, report: report)
        } catch {
            // Removed by an earlier try whose answer was lost: it was copied before.
            if case .commandFailed(_, _, _, let output) = error, output.contains("(NotFound)"),
                try copied(one) == one.digest
            {
                return
            }
            throw error
        }
        let object = whole.stored(source.storage)
        guard Digest.sha256(object.data) == one.digest else {
            throw unreadable(read, "\(source.path) was changed since it was looked at")
        }
        try copy(whole, source, to: local(one.localPath))
        guard try copied(one) == one.digest else {
            throw .localFile(path: local(one.localPath), reason: "it does not hold what was written")
        }
        let removal = requests.removal(source.storage, source.namespace, source.name, at: object.resourceVersion)
        let (result, host, _) = try await api.run(removal, deadline: Self.helmDeadline, report: report)
        guard result.succeeded else { throw failed(removal, on: host, result) }
    }

    /// Writes the object as `kubectl create --filename` takes it; mode 0600, for it may hold secrets.
    private func copy(_ object: HelmObject, _ source: HelmSource, to path: String) throws(AccessError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            try disk.makeDirectory(URL(filePath: path).deletingLastPathComponent().path)
            try disk.replace(path, with: try encoder.encode(RetiredObject(object, source)))
        } catch let JournalError.system(_, operation, reason) {
            throw .localFile(path: path, reason: "\(operation): \(reason)")
        } catch {
            throw .localFile(path: path, reason: "it cannot be written: \(error)")
        }
    }

    /// The digest of what the copy holds; `nil` where there is none.
    private func copied(_ one: HelmRetirement) throws(AccessError) -> String? {
        let path = local(one.localPath)
        do {
            guard let bytes = try disk.read(path) else { return nil }
            let object = try JSONDecoder().decode(HelmObject.self, from: Data(bytes))
            return Digest.sha256(object.stored(one.source.storage).data)
        } catch {
            throw .localFile(path: path, reason: "it cannot be read back: \(error)")
        }
    }
}

/// An object of Helm 2 as it is kept: what another cluster needs to have it again.
private struct RetiredObject: Encodable {
    struct Metadata: Encodable {
        var name: String
        var namespace: String
        var labels: [String: String]
        var annotations: [String: String]
    }

    var apiVersion = "v1"
    var kind: String
    var metadata: Metadata
    var data: [String: String]

    init(_ object: HelmObject, _ source: HelmSource) {
        kind = source.storage == .configMap ? "ConfigMap" : "Secret"
        metadata = Metadata(
            name: source.name,
            namespace: source.namespace,
            labels: object.metadata.labels ?? [:],
            annotations: object.metadata.annotations ?? [:]
        )
        // As the API gave it: what no codec can read is kept byte for byte.
        data = object.data ?? [:]
    }
}
