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
            memberCount: count ?? 0,
            alarms: alarms.text.split(separator: "\n").compactMap(alarm)
        )
    }

    /// `NOSPACE` of `memberID:8211f1d0f64f3269 alarm:NOSPACE`.
    private static func alarm(_ line: Substring) -> String? {
        line.split(separator: " ").first { $0.hasPrefix("alarm:") }.map { String($0.dropFirst("alarm:".count)) }
    }

    static func snapshot(_ result: CommandResult) throws(ReadingError) -> SnapshotStatus? {
        switch result.outcome {
        case .exited(0):
            guard let file = HostJSON.value(Snapshot.self, result.output) else {
                throw .unreadable("no snapshot status")
            }
            return SnapshotStatus(
                hash: String(file.hash, radix: 16),
                revision: file.revision,
                totalKeys: file.totalKey
            )
        // env(1): the command could not be found or run.
        case .exited(126), .exited(127): throw .failed
        case .exited, .signaled: return nil
        }
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
