import FoundationEssentials

/// Reads what etcdctl prints; the forms of 3.2 to 3.4.
enum EtcdReading {
    /// A member that does not answer is unhealthy, not an error: the host did answer.
    static func member(_ sections: Sections) throws(ReadingError) -> EtcdMemberState {
        let health = try sections.part("health")
        let status = try sections.part("status")
        let members = try sections.part("members")
        let alarms = try sections.part("alarms")
        guard status.succeeded, let endpoint = HostJSON.value([Endpoint].self, status.text)?.first else {
            return EtcdMemberState(isHealthy: false, version: "", memberCount: 0)
        }
        let count = members.succeeded ? HostJSON.value(MemberList.self, members.text)?.members.count : nil
        return EtcdMemberState(
            // 3.2 says "is unhealthy" and exits with 0.
            isHealthy: health.succeeded && health.text.contains("is healthy") && !health.text.contains("unhealthy")
                && count != nil && alarms.succeeded,
            isLeader: endpoint.Status.leader == endpoint.Status.header.member_id,
            version: endpoint.Status.version,
            databaseSize: ByteCount(bytes: endpoint.Status.dbSize ?? 0),
            quota: try quota(sections),
            memberCount: count ?? 0,
            alarms: alarms.text.split(separator: "\n").compactMap(alarm)
        )
    }

    /// What a member has that was told no quota, or 0; a negative one means none.
    ///
    /// - Source: etcd 3.2 to 3.4 Documentation/op-guide/maintenance.md, "Space quota", and etcdserver/quota.go,
    ///   DefaultQuotaBytes and NewBackendQuota
    static let defaultQuota = ByteCount.mebibytes(2048)

    private static func quota(_ sections: Sections) throws(ReadingError) -> ByteCount? {
        let text = try sections.part("quota").text
        guard !text.isEmpty else { return defaultQuota }
        guard let bytes = Int64(text) else { throw .unreadable("not a quota: \(text.prefix(40))") }
        return bytes < 0 ? nil : bytes == 0 ? defaultQuota : ByteCount(bytes: bytes)
    }

    /// `NOSPACE` of `memberID:8211f1d0f64f3269 alarm:NOSPACE`.
    private static func alarm(_ line: Substring) -> String? {
        line.split(separator: " ").first { $0.hasPrefix("alarm:") }.map { String($0.dropFirst("alarm:".count)) }
    }

    static func snapshot(_ sections: Sections) throws(ReadingError) -> SnapshotStatus? {
        let status = try sections.part("status")
        let proof = try sections.part("proof")
        switch status.status {
        case 0:
            guard let file = HostJSON.value(Snapshot.self, status.text) else {
                throw .unreadable("no snapshot status")
            }
            return SnapshotStatus(
                hash: String(file.hash, radix: 16),
                revision: file.revision,
                totalKeys: file.totalKey,
                proof: proof.succeeded ? try self.proof(proof.text) : nil
            )
        // env(1): the command could not be found or run.
        case 126, 127: throw .failed
        default: return nil
        }
    }

    /// What `RestoreScripts.state` tells.
    static func restore(_ sections: Sections) throws(ReadingError) -> EtcdRestoreState {
        let (staged, inPlace) = (try sections.part("staged"), try sections.part("in-place"))
        let (possible, content) = (try sections.part("possible"), try sections.part("content"))
        let fields = content.succeeded ? content.text.split(separator: "\n") : []
        let field = { (name: String) -> Int64? in
            let start = "\"\(name)\" : "
            return fields.first { $0.hasPrefix(start) }.flatMap { Int64($0.dropFirst(start.count)) }
        }
        let why = possible.text.split(whereSeparator: \.isNewline).last.map(String.init)
        return EtcdRestoreState(
            obstacle: possible.succeeded ? nil : why ?? "it does not tell",
            staged: staged.succeeded ? try sum(staged.text) : nil,
            inPlace: inPlace.succeeded ? try sum(inPlace.text) : nil,
            revision: field("Revision"),
            keys: field("Count")
        )
    }

    /// The snapshot that a file of a restore names.
    private static func sum(_ text: String) throws(ReadingError) -> String {
        guard let sum = values(text)["sha256"] else { throw .unreadable("half a file of a restore of etcd") }
        return String(sum)
    }

    /// A name and a value a line.
    private static func values(_ text: String) -> [Substring: Substring] {
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { values[words[0]] = words[1] }
        }
        return values
    }

    /// What `EtcdScripts.prove` wrote.
    private static func proof(_ text: String) throws(ReadingError) -> SnapshotProof {
        let values = values(text)
        guard let sum = values["sha256"], let revision = values["revision"].flatMap({ Int64($0) }),
            let key = values["known-key"].flatMap({ Int64($0) }), let keys = values["keys"].flatMap({ Int64($0) })
        else { throw .unreadable("half a proof of a snapshot") }
        return SnapshotProof(sha256: String(sum), revision: revision, knownKey: key, keys: keys)
    }

    private struct Endpoint: Decodable {
        struct Status: Decodable {
            var header: Header
            var version: String
            var dbSize: Int64?
            var leader: UInt64?
        }
        struct Header: Decodable {
            var member_id: UInt64?
        }
        var Status: Status
    }

    private struct MemberList: Decodable {
        struct Member: Decodable {}
        var members: [Member]
    }

    private struct Snapshot: Decodable {
        var hash: UInt64
        var revision: Int64
        var totalKey: Int64
    }
}
