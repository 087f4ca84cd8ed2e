import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// The quota of a member, as the script of the host reads it from a process of this machine that stands in for etcd.
@Suite("quota of etcd")
struct EtcdQuotaTests {
    @Test(
        "the flag wins over the variable, a file over both, and none of them is the default",
        arguments: [
            (["--name", "a", "--quota-backend-bytes=4096"], ["ETCD_QUOTA_BACKEND_BYTES": "5"], Int64(4096)),
            (["-quota-backend-bytes", "8192"], [:], 8192),
            (["--name=a"], ["ETCD_QUOTA_BACKEND_BYTES": "5000"], 5000),
            (["--config-file=FILE", "--quota-backend-bytes=4096"], [:], 777),
            ([], ["ETCD_CONFIG_FILE": "FILE"], 777),
            (["--quota-backend-bytes=0"], [:], 2 << 30),
            ([], [:], 2 << 30),
        ] as [([String], [String: String], Int64)]
    )
    func quota(words: [String], variables: [String: String], expected: Int64) async throws {
        let bench = try HostScriptTests.Bench()
        try bench.write("name: a\nquota-backend-bytes: 777 # small\n", to: "etcd.yml")
        let put = { (text: String) in text.replacing("FILE", with: "\(bench.path)/etcd.yml") }
        let etcd = try Program(
            "/bin/sh",
            ["-c", "read -r never", "etcd"] + words.map(put),
            environment: variables.mapValues(put),
            input: .silence
        )
        try await bench.program("systemctl", "#!/bin/sh\necho MainPID=\(etcd.pid)\n")
        try await bench.program(
            "etcdctl",
            """
            #!/bin/sh
            case $* in
            *health*) echo 'x is healthy' ;;
            *status*) echo '[{"Status":{"header":{"member_id":1},"version":"3.4.23","dbSize":100,"leader":1}}]' ;;
            *list*json*) echo '{"members":[{}]}' ;;
            esac
            """
        )
        let result = try await bench.run(HostScripts.etcdMember, "etcdctl")
        let member = try EtcdReading.member(Sections(try result.text()))
        #expect(member.isHealthy)
        #expect(member.quota == ByteCount(bytes: expected))
        withExtendedLifetime(etcd) {}
    }
}
