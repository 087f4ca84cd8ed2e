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

    /// The Secret that the conversion writes; writing it again changes nothing.
    mutating func convert(_ conversion: HelmConversion) {
        guard let record = helm.records.first(where: { $0.source == conversion.source }),
            !helm.secrets.contains(where: { $0.name == conversion.secret && $0.namespace == conversion.namespace })
        else { return }
        let content = Digest.sha256("simulated", conversion.digest)
        helm.secrets.append(
            HelmSecret(
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
        )
    }
}
