import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Runs the scripts of a restore of etcd for real, with stand-ins for systemctl and etcdctl, killed between any two moves.
@Suite("scripts of a restore of etcd, run by a real shell")
struct RestoreScriptTests {
    private let systemctl = """
        #!/bin/sh
        case "$*" in
        *ActiveState*) echo "ActiveState=$(cat "${0%/*}/../active")" ;;
        *MainPID*) echo "MainPID=$(cat "${0%/*}/../pid")" ;;
        *restart*) echo "$*" >>"${0%/*}/../restarted" ;;
        esac
        """

    private func bench() async throws -> HostScriptTests.Bench {
        let bench = try HostScriptTests.Bench()
        try await bench.program("systemctl", systemctl)
        try bench.write("inactive\n", to: "active")
        let made = try await bench.run(
            "mkdir -p $1/run $1/data/member $1/data/upgrader-r1.new/member && echo old >$1/data/member/db && echo new >$1/data/upgrader-r1.new/member/db && printf 'sha256 5e\\ndata %s/data\\n' $1 >$1/run/staged",
            bench.path
        )
        try #require(made.succeeded)
        return bench
    }

    @Test("the data before is kept beside, what was restored is in its place, and a second time changes nothing")
    func swap() async throws {
        let bench = try await bench()
        for _ in 1...2 {
            let result = try await bench.run(RestoreScripts.swap, "\(bench.path)/run", "r1")
            #expect(result.succeeded, "\(result.errorOutput)")
            #expect(try bench.read("data/member/db") == "new\n")
            #expect(try bench.read("data/member.upgrader-r1/db") == "old\n")
            #expect(try bench.read("run/in-place").hasPrefix("sha256 5e\nbefore "))
        }
    }

    @Test("killed before or after either move, it goes on", arguments: 0...4)
    func killed(at move: Int) async throws {
        let bench = try await bench()
        // The n-th call of mv dies before it moves anything, or right after.
        try await bench.program(
            "mv",
            """
            #!/bin/sh
            count=$(($(cat "${0%/*}/../moves" 2>/dev/null || echo 0) + 1))
            echo "$count" >"${0%/*}/../moves"
            case $count in
            \(move / 2 + 1)) [ \(move % 2) = 0 ] || /bin/mv "$@"; kill -9 "$PPID"; exit 1 ;;
            esac
            exec /bin/mv "$@"
            """
        )
        let first = try await bench.run(RestoreScripts.swap, "\(bench.path)/run", "r1")
        #expect(!first.succeeded)
        let second = try await bench.run(RestoreScripts.swap, "\(bench.path)/run", "r1")
        #expect(second.succeeded, "\(second.errorOutput)")
        #expect(try bench.read("data/member/db") == "new\n")
        #expect(try bench.read("data/member.upgrader-r1/db") == "old\n")
        #expect(try bench.read("run/in-place").contains("5e"))
    }

    @Test("while etcd runs nothing is moved, and data that somebody has made in between is not moved aside")
    func refused() async throws {
        let bench = try await bench()
        try bench.write("active\n", to: "active")
        let runs = try await bench.run(RestoreScripts.swap, "\(bench.path)/run", "r1")
        #expect(!runs.succeeded && runs.errorOutput.contains("the unit etcd is active here"))
        #expect(try bench.read("data/member/db") == "old\n")
        try bench.write("inactive\n", to: "active")
        try await bench.run("mkdir $1/data/member.upgrader-r1", bench.path)
        let both = try await bench.run(RestoreScripts.swap, "\(bench.path)/run", "r1")
        #expect(!both.succeeded && both.errorOutput.contains("somebody has started etcd in between"))
        #expect(try bench.read("data/member/db") == "old\n")
    }

    @Test("a file is put in place only with its sum, and what was sent is taken away")
    func place() async throws {
        let bench = try await bench()
        try bench.write("snapshot", to: "sent")
        let sum = Digest.sha256("snapshot")
        let wrong = try await bench.run(RestoreScripts.place, "\(bench.path)/sent", "\(bench.path)/to/1.db", "00")
        #expect(!wrong.succeeded && wrong.errorOutput.contains("is \(sum), not 00"))
        #expect(try await bench.run("ls $1/to", bench.path).output.isEmpty)
        let right = try await bench.run(RestoreScripts.place, "\(bench.path)/sent", "\(bench.path)/to/1.db", sum)
        #expect(right.succeeded, "\(right.errorOutput)")
        #expect(try bench.read("to/1.db") == "snapshot")
        #expect(try !bench.names.contains("sent"))
    }

    @Test("daemons are restarted together, and the receipt says that they were")
    func restartAll() async throws {
        let bench = try await bench()
        let result = try await bench.run(
            RestoreScripts.restartAll,
            "\(bench.path)/run/restarted",
            "kubelet",
            "kube-proxy"
        )
        #expect(result.succeeded)
        #expect(try bench.read("restarted") == "restart -- kubelet kube-proxy\n")
        #expect(try bench.read("run/restarted").isEmpty)
    }

    @Test(
        "the member is restored as it is: its data, its name and peers, and all others, by what runs",
        arguments: ["environment", "flags"]
    )
    func stage(by way: String) async throws {
        let bench = try await running(way)
        let path = "\(bench.path)/1.db"
        try bench.write("snapshot", to: "1.db")
        let sum = Digest.sha256("snapshot")
        let words = ["\(bench.path)/run2", "https://127.0.0.1:2379", "", "", "", path, sum, "r2"]
        let result = try await bench.run(RestoreScripts.stage, words)
        #expect(result.succeeded, "\(result.errorOutput)")
        let asked = try bench.read("restore")
        #expect(
            asked == "snapshot restore \(path) --data-dir \(bench.path)/data/upgrader-r2.new --name e2 "
                + "--initial-cluster e1=https://a:2380,e2=https://b:2380,e2=https://c:2380 --initial-cluster-token r2 "
                + "--initial-advertise-peer-urls https://b:2380,https://c:2380\n"
        )
        #expect(try bench.read("run2/staged").hasPrefix("sha256 \(sum)\ndata \(bench.path)/data\nname e2\n"))
        let state = try await bench.run(RestoreScripts.state, Array(words.prefix(5)))
        let read = try EtcdReading.restore(Sections(state.output))
        #expect(read == EtcdRestoreState(staged: sum, revision: 41, keys: 7))
        try await bench.run("kill $(cat $1/pid)", bench.path)
    }

    @Test("a snapshot of another sum, keys of the v2 API and a log that is apart are refused by name")
    func notStaged() async throws {
        let bench = try await running("environment")
        try bench.write("snapshot", to: "1.db")
        let words = ["\(bench.path)/run2", "https://127.0.0.1:2379", "", "", "", "\(bench.path)/1.db", "00", "r2"]
        let wrong = try await bench.run(RestoreScripts.stage, words)
        #expect(!wrong.succeeded && wrong.errorOutput.contains("not 00"), "\(wrong.errorOutput)")
        try bench.write(#"{"action":"get","node":{"dir":true,"nodes":[{"key":"/calico","dir":true}]}}"#, to: "v2")
        let keys = try EtcdReading.restore(
            Sections(try await bench.run(RestoreScripts.state, Array(words.prefix(5))).output)
        )
        #expect(keys.obstacle?.contains("v2 API holds keys") == true, "\(keys)")
        try await bench.run("kill $(cat $1/pid)", bench.path)
        let apart = try await running("wal")
        let log = try EtcdReading.restore(
            Sections(
                try await apart.run(RestoreScripts.state, ["\(apart.path)/run2", "https://127.0.0.1:2379", "", "", ""])
                    .output
            )
        )
        #expect(log.obstacle == "etcd keeps its log apart from its data (wal-dir)", "\(log)")
        #expect(log.staged == nil && log.inPlace == nil)
        try await apart.run("kill $(cat $1/pid)", apart.path)
    }

    /// A process that looks like a member, and an etcdctl that tells of three peers of two members.
    private func running(_ way: String) async throws -> HostScriptTests.Bench {
        let bench = try await bench()
        try await bench.program("curl", "#!/bin/sh\ncat \"${0%/*}/../v2\" 2>/dev/null || echo '404 page not found'\n")
        try await bench.program(
            "etcdctl",
            """
            #!/bin/sh
            case "$*" in
            *"member list"*) echo '8e, started, e2, https://b:2380,https://c:2380, https://b:2379, false'
                echo '9f, started, e1, https://a:2380, https://a:2379, false' ;;
            "snapshot restore"*) echo "$*" >"${0%/*}/../restore"; mkdir -p "$5/member" ;;
            *get*) printf '"Revision" : 41\\n"Count" : 7\\n' ;;
            esac
            """
        )
        let start =
            switch way {
            case "flags": "sh -c 'while :; do sleep 1; done' etcd --data-dir $1/data --name=e2"
            case "wal": "ETCD_WAL_DIR=/wal ETCD_NAME=e2 ETCD_DATA_DIR=$1/data sleep 60"
            default: "ETCD_NAME=e2 ETCD_DATA_DIR=$1/data/ sleep 60"
            }
        let begun = try await bench.run("\(start) >/dev/null 2>&1 & echo $! >$1/pid; sleep 0.3", bench.path)
        try #require(begun.succeeded)
        return bench
    }
}
