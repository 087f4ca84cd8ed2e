extension ClusterState {
    /// Refuses what a real API server or the conversion itself would refuse.
    func refuseConversion(_ conversion: HelmConversion) throws(AccessError) {
        guard let record = helm.records.first(where: { $0.source == conversion.source }) else {
            throw .refusedBySimulation(reason: "there is no \(conversion.source.path)")
        }
        guard record.digest == conversion.digest else {
            throw .refusedBySimulation(reason: "\(conversion.source.path) was changed since it was looked at")
        }
        if let problem = record.problem {
            throw .refusedBySimulation(reason: "\(conversion.source.path) cannot be converted: \(problem)")
        }
        guard helm.namespaces.contains(conversion.namespace) else {
            throw .refusedBySimulation(reason: "there is no namespace \(conversion.namespace)")
        }
        let found = helm.secrets.first { $0.name == conversion.secret && $0.namespace == conversion.namespace }
        guard found.map({ $0.isOurs && $0.mark?.sourceDigest == conversion.digest }) ?? true else {
            throw .refusedBySimulation(reason: "Secret \(conversion.namespace)/\(conversion.secret) already exists")
        }
    }

    /// Refuses to remove the last of a revision, as the live cluster would; a Secret that is gone is removed already.
    func refuseRemoval(_ conversion: HelmConversion) throws(AccessError) {
        let found = helm.secrets.first { $0.name == conversion.secret && $0.namespace == conversion.namespace }
        guard let found else { return }
        guard found.isOurs, found.mark?.sourceDigest == conversion.digest else {
            throw .refusedBySimulation(reason: "Secret \(conversion.namespace)/\(conversion.secret) was changed")
        }
        guard let record = helm.records.first(where: { $0.source == conversion.source }), record.problem == nil else {
            throw .refusedBySimulation(reason: "there is no \(conversion.source.path) that can be read")
        }
    }

    /// The Secret that the conversion writes; writing it again changes nothing.
    mutating func convert(_ conversion: HelmConversion) {
        guard let record = helm.records.first(where: { $0.source == conversion.source }),
            !helm.secrets.contains(where: { $0.name == conversion.secret && $0.namespace == conversion.namespace })
        else { return }
        let content = Digest.sha256("simulated", conversion.digest)
        var secret = HelmSecret(
            namespace: conversion.namespace,
            name: conversion.secret,
            mark: HelmMark(
                run: conversion.mark,
                source: "\(conversion.source.storage.rawValue)/\(conversion.source.path)",
                sourceDigest: conversion.digest,
                content: content
            ),
            digest: content,
            release: conversion.release,
            revision: conversion.revision,
            status: record.status,
            parts: record.parts
        )
        secret.objects = record.objects
        secret.hookObjects = record.hookObjects
        helm.secrets.append(secret)
    }
}

extension ClusterState {
    /// Refuses a mapping as the live cluster would.
    func refuseMapping(_ mapping: HelmMapping) throws(AccessError) {
        let isThere =
            mapping.helm == 2
            ? helm.records.contains { $0.source == mapping.source && $0.digest == mapping.digest }
            : helm.secrets.contains { $0.source == mapping.source && $0.digest == mapping.digest }
        guard isThere else {
            throw .refusedBySimulation(reason: "\(mapping.source.path) was changed since it was looked at")
        }
    }

    /// Writes the new revision and supersedes the old one; doing it again changes nothing.
    mutating func map(_ mapping: HelmMapping) {
        let digest = Digest.sha256("simulated mapping", mapping.digest)
        let mark = HelmMark(
            run: mapping.mark,
            source: "\(mapping.source.storage.rawValue)/\(mapping.source.path)",
            sourceDigest: mapping.digest,
            content: digest,
            origin: .mapping
        )
        let superseded = Digest.sha256("simulated superseded", mapping.digest)
        if mapping.helm == 2, let index = helm.records.firstIndex(where: { $0.source == mapping.source }) {
            var next = helm.records[index]
            next.source = mapping.target
            next.digest = digest
            next.revision = mapping.next
            next.mark = mark
            next.objects = mapping.moved(next.objects)
            next.hookObjects = mapping.moved(next.hookObjects)
            helm.records[index].status = "superseded"
            helm.records[index].digest = superseded
            helm.records[index].objects = []
            helm.records[index].hookObjects = []
            helm.records.append(next)
        }
        if mapping.helm == 3, let index = helm.secrets.firstIndex(where: { $0.source == mapping.source }) {
            var next = helm.secrets[index]
            next.name = mapping.target.name
            next.digest = digest
            next.revision = mapping.next
            next.mark = mark
            next.objects = mapping.moved(next.objects)
            next.hookObjects = mapping.moved(next.hookObjects)
            helm.secrets[index].status = "superseded"
            helm.secrets[index].digest = superseded
            helm.secrets[index].mark = nil
            helm.secrets[index].objects = []
            helm.secrets[index].hookObjects = []
            helm.secrets.append(next)
        }
    }

    /// The copy on the operator's machine, and the record gone.
    mutating func retire(_ one: HelmRetirement) {
        localFiles[one.localPath] = FileState(sha256: one.digest, size: .mebibytes(1))
        helm.records.removeAll { $0.source == one.source }
    }
}

extension HelmMapping {
    /// References with the APIs that stand in for them.
    fileprivate func moved(_ references: [ClusterObjects.Reference]) -> [ClusterObjects.Reference] {
        references.map { reference in
            var reference = reference
            let move = apis.first { $0.from == reference.apiVersion && $0.kind == reference.kind }
            if let move { reference.apiVersion = move.to }
            return reference
        }
    }
}
