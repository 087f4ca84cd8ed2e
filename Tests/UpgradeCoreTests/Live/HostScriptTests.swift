import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Runs the constant scripts for real, with this machine's sh, in a directory of their own.
@Suite("host scripts, run by a real shell")
struct HostScriptTests {
    /// A directory with programs that stand in for those of a host.
    final class Bench: Sendable {
        let path: String

        init() throws {
            path = NSTemporaryDirectory() + "upgrader-scripts-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path + "/bin", withIntermediateDirectories: true)
        }

        deinit {
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                Issue.record("the test's directory stays: \(error)")
            }
        }

        /// A process of its own writes the program: what a suite beside this one starts meanwhile would inherit our open
        /// file for an instant, and the program could not be run ("Text file busy", execve(2)).
        func program(_ name: String, _ text: String) async throws {
            let words = ["-c", #"printf %s "$1" >"$0" && chmod 755 "$0""#, "\(path)/bin/\(name)", text]
            let made = try await Program("/bin/sh", words).wait()
            try #require(made.code == 0)
        }

        func write(_ text: String, to name: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }

        func read(_ name: String) throws -> String {
            try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        }

        var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != "bin" }.sorted() }
        }

        @discardableResult
        func run(_ script: String, _ words: String...) async throws -> CommandResult {
            try await run(script, words)
        }

        @discardableResult
        func run(_ script: String, _ words: [String]) async throws -> CommandResult {
            let environment = ["PATH": "\(path)/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
            let shell = try Program("/bin/sh", ["-c", script, "test"] + words, environment: environment)
            let result = try await shell.wait()
            return CommandResult(output: result.output, errorOutput: result.errors, outcome: .exited(result.code))
        }
    }

    private let systemctl = "#!/bin/sh\necho ActiveState=inactive\n"

    @Test("a job leaves its status and its output, and runs only once under one name")
    func job() async throws {
        let bench = try Bench()
        try await bench.program("systemctl", systemctl)
        let dir = "\(bench.path)/job"
        #expect(try await JobStatus(bench.run(HostScripts.jobStatus, "u.service", dir)) == .absent)
        try await bench.run(
            HostScripts.job,
            dir,
            "sh",
            "-c",
            "echo one two; echo bad >&2; echo x >>\"$0\"; exit 7",
            dir + ".ran"
        )
        #expect(
            try await JobStatus(bench.run(HostScripts.jobStatus, "u.service", dir))
                == .ended(7, output: "one two\nbad\n")
        )
        let again = try await bench.run(HostScripts.job, dir, "sh", "-c", "echo x >>\"$0\"", dir + ".ran")
        #expect(again.succeeded)
        #expect(try bench.read("job.ran") == "x\n")
        #expect(try bench.read("job/result") == "7\n")
        let mode = try FileManager.default.attributesOfItem(atPath: dir)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test("a job that was killed before its result is begun, and gone when its unit is")
    func killed() async throws {
        let bench = try Bench()
        try FileManager.default.createDirectory(atPath: bench.path + "/job", withIntermediateDirectories: true)
        try await bench.program("systemctl", systemctl)
        #expect(try await JobStatus(bench.run(HostScripts.jobStatus, "u.service", bench.path + "/job")) == .vanished)
        try await bench.program("systemctl", "#!/bin/sh\necho ActiveState=active\n")
        #expect(try await JobStatus(bench.run(HostScripts.jobStatus, "u.service", bench.path + "/job")) == .running)
        try await bench.program("systemctl", "#!/bin/sh\nexit 1\n")
        await #expect(throws: ReadingError.failed) {
            try await JobStatus(bench.run(HostScripts.jobStatus, "u.service", bench.path + "/job"))
        }
    }

    @Test("words of a job reach it as they are")
    func words() async throws {
        let bench = try Bench()
        try await bench.program("systemctl", systemctl)
        let odd = "a b'c\"$HOME `id`\n*"
        try await bench.run(HostScripts.job, "\(bench.path)/job", "printf", "%s|", odd, "")
        #expect(try bench.read("job/stdout") == "\(odd)||")
    }

    @Test("the version is that of the running program, also when its file is gone")
    func runningVersion() async throws {
        let bench = try Bench()
        let copy = "\(bench.path)/bin/daemon"
        try await bench.run("cp /bin/sleep \"$1\"", copy)
        let daemon = try Program(copy, ["60"])
        try FileManager.default.removeItem(atPath: copy)
        // Only the last line is asked for the second time.
        try await bench.program(
            "systemctl",
            """
            #!/bin/sh
            [ "$#" -gt 5 ] && printf 'LoadState=masked\\nActiveState=active\\n'
            echo MainPID=\(daemon.pid)
            """
        )
        let result = try await bench.run(HostScripts.unit, "kubelet.service")
        #expect(result.output.contains("sleep (GNU coreutils)"))
        let unit = try HostReading.unit(Sections(result.output))
        #expect(unit == UnitState(isActive: true, isMasked: true))
        withExtendedLifetime(daemon) {}
    }

    @Test("an archive exists only when complete, for root alone, without what is not there")
    func archive() async throws {
        let bench = try Bench()
        try bench.write("1", to: "one")
        let path = "\(bench.path)/saved/a.tar.gz"
        let result = try await bench.run(HostScripts.archive, path, "\(bench.path)/one", "\(bench.path)/nothing")
        #expect(result.succeeded)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.path)/saved") == ["a.tar.gz"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        try await bench.program("tar", "#!/bin/sh\nexit 2\n")
        #expect(try await bench.run(HostScripts.archive, "\(bench.path)/saved/b.tar.gz", "/x").succeeded == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.path)/saved") == ["a.tar.gz"])
    }

    @Test("pruning keeps the newest by time, whatever the names say, and touches nothing else")
    func prune() async throws {
        let bench = try Bench()
        for (age, name) in ["s-0", "s-2", "s-1 odd\nname", "s-3", "s-4.part", "other"].enumerated() {
            try bench.write("", to: name)
            let time = Date(timeIntervalSince1970: 1_000_000_000 - Double(age))
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: "\(bench.path)/\(name)")
        }
        try await bench.run(HostScripts.prune, bench.path, "s-*", "3")
        #expect(try bench.names == ["other", "s-0", "s-2", "s-4.part"])
        #expect(try await bench.run(HostScripts.prune, "\(bench.path)/nowhere", "s-*", "1").succeeded)
    }

    @Test("a pod is deleted only while it has the uid", arguments: [("u1", true), ("u2", false), ("", false)])
    func deletePod(found: String, isDeleted: Bool) async throws {
        let bench = try Bench()
        try await bench.program(
            "kubectl",
            "#!/bin/sh\n[ \"$2\" = get ] && printf '\(found)'\n[ \"$2\" = delete ] && echo \"$@\" >'\(bench.path)/did'\nexit 0\n"
        )
        #expect(try await bench.run(HostScripts.deletePod, "ns", "pod", "u1", "kubectl", "--kubeconfig=x").succeeded)
        #expect(try bench.names == (isDeleted ? ["did"] : []))
        if isDeleted {
            #expect(
                try bench.read("did")
                    == "--kubeconfig=x delete pod pod --namespace=ns --ignore-not-found --wait=false\n"
            )
        }
    }

    @Test("the fence begins a command under the newest token or a newer one, and none under an older")
    func fence() async throws {
        let bench = try Bench()
        let dir = "\(bench.path)/state"
        let words = ["sh", "-c", "echo \"$0\" >>'\(bench.path)/did'; exit 7"]
        #expect(
            try await bench.run(HostScripts.fence, dir, "3", "any", words[0], words[1], words[2], "a").outcome
                == .exited(7)
        )
        #expect(
            try await bench.run(HostScripts.fence, dir, "3", "any", words[0], words[1], words[2], "b").outcome
                == .exited(7)
        )
        #expect(
            try await bench.run(HostScripts.fence, dir, "2", "any", words[0], words[1], words[2], "c").outcome
                == .exited(75)
        )
        #expect(
            try await bench.run(HostScripts.fence, dir, "12", "any", words[0], words[1], words[2], "d").outcome
                == .exited(7)
        )
        #expect(
            try await bench.run(HostScripts.fence, dir, "3", "any", words[0], words[1], words[2], "e").outcome
                == .exited(75)
        )
        #expect(try bench.read("did") == "a\nb\nd\n")
        #expect(try bench.read("state/fence") == "12\n")
        let mode = try FileManager.default.attributesOfItem(atPath: "\(dir)/fence")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("the fence begins nothing on another machine, and writes nothing there")
    func fenceKnowsTheMachine() async throws {
        let bench = try Bench()
        let dir = "\(bench.path)/state"
        let machine = try String(contentsOfFile: "/etc/machine-id", encoding: .utf8).prefix(32).description
        let other = String(machine.reversed())
        let refused = try await bench.run(HostScripts.fence, dir, "3", other, "touch", "\(bench.path)/did")
        #expect(refused.outcome == .exited(75))
        #expect(Fence.machine(refused) == machine)
        #expect(Fence.seen(refused) == nil)
        #expect(try bench.names.isEmpty)
        #expect(try await bench.run(HostScripts.fence, dir, "3", machine, "touch", "\(bench.path)/did").succeeded)
        #expect(FileManager.default.fileExists(atPath: "\(bench.path)/did"))
        await #expect(throws: Never.self) {
            try await bench.program("cat", "#!/bin/sh\nexit 1\n")
            #expect(try await bench.run(HostScripts.fence, dir, "3", machine, "true").outcome == .exited(75))
        }
    }

    @Test("commands under one token go side by side, and a newer token waits for their end before it is told")
    func fenceWaits() async throws {
        let bench = try Bench()
        try await bench.program("fence", "#!/bin/sh\nexec sh -c \"$SCRIPT\" fence '\(bench.path)/state' \"$@\"\n")
        let inner = """
            fence 3 any sh -c 'echo beside >>"$0"' "$0"
            sleep 0.5
            fence 3 any sh -c 'echo late >>"$0"' "$0"
            echo end >>"$0"
            """
        let outer = """
            export SCRIPT="$1"
            fence 3 any sh -c "$2" "$3" &
            while [ ! -e "$3" ]; do sleep 0.05; done
            fence 4 any sh -c 'echo newer >>"$0"' "$3"
            """
        let result = try await bench.run(outer, HostScripts.fence, inner, "\(bench.path)/did")
        #expect(result.succeeded)
        #expect(try bench.read("did") == "beside\nlate\nend\nnewer\n")
    }

    @Test("this machine answers for itself as a host does")
    func questions() async throws {
        let bench = try Bench()
        let space = try await HostReading.freeSpace(
            bench.run(HostScripts.freeSpace, "\(bench.path)/not/yet/there").text()
        )
        #expect(space > ByteCount(bytes: 0))
        try bench.write("hello\n", to: "file")
        let file = try await HostReading.file(bench.run(HostScripts.file, "\(bench.path)/file").text())
        #expect(file?.size == ByteCount(bytes: 6))
        #expect(file?.sha256 == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")
        #expect(try await HostReading.file(bench.run(HostScripts.file, "\(bench.path)/no").text()) == nil)
        try await bench.program("cat", "#!/bin/sh\necho 0123456789abcdef0123456789abcdef\n")
        let identity = try await bench.run(HostScripts.identity, "nosudo").text()
        #expect(try HostReading.identity(identity, .init()).clockOffset > 1_700_000_000)
    }

    @Test("an etcdctl and a kubectl that fail leave answers, not errors")
    func failingClients() async throws {
        let bench = try Bench()
        let member = try await EtcdReading.member(Sections(bench.run(HostScripts.etcdMember, "false").text()))
        #expect(member.isHealthy == false)
        let server = try await ObjectReading.apiServer(Sections(bench.run(HostScripts.apiServer, "false").text()))
        #expect(server == APIServerState(isHealthy: false, version: nil))
        await #expect(throws: ReadingError.failed) { try await bench.run(HostScripts.leader, "x", "false").text() }
        await #expect(throws: ReadingError.failed) {
            try await bench.run(HostScripts.daemonSet, "n", "x", "false").text()
        }
    }
}

extension HostScriptTests {
    @Test("the configuration script prints what its reader reads, from files, processes and certificates")
    func configuration() async throws {
        let bench = try Bench()
        try bench.write("[Service]\nExecStart=/bin/x $ARGS\n", to: "x.service")
        try bench.write("ARGS=\"--a\"", to: "x.env")
        try await bench.program(
            "systemctl",
            """
            #!/bin/sh
            for last in "$@"; do :; done
            case $last in
            kubelet) printf 'LoadState=loaded\\nFragmentPath=\(bench.path)/x.service\\nDropInPaths=\\nMainPID=%s\\n' "$PPID"
                printf 'EnvironmentFiles=\(bench.path)/x.env (ignore_errors=yes)\\n' ;;
            *) printf 'LoadState=not-found\\nMainPID=0\\n' ;;
            esac
            """
        )
        try await bench.program("apt-mark", "#!/bin/sh\necho held-package\n")
        try await bench.program("iptables", "#!/bin/sh\necho 'iptables v1.8.2 (nf_tables)'\n")
        let result = try await bench.run(HostScripts.configuration, "kubelet", "kube-proxy")
        #expect(result.succeeded)
        let found = try HostConfigurationReading.configuration(result.output)
        #expect(found.holds == ["held-package"])
        #expect(found.iptables == "iptables v1.8.2 (nf_tables)")
        #expect((found.clock ?? 0) > 1_600_000_000)
        #expect(found.daemons.map(\.name) == ["kubelet"])
        #expect(found.daemons.first?.files == ["\(bench.path)/x.service", "\(bench.path)/x.env"])
        #expect(found.file("\(bench.path)/x.env")?.text == "ARGS=\"--a\"")
        // The process is the shell that runs the script.
        #expect(found.daemons.first?.words.contains("kube-proxy") == true)
    }

    @Test("the objects script takes a resource that is not served for none, and ends at any other refusal")
    func objects() async throws {
        let bench = try Bench()
        let kubectl = """
            #!/bin/sh
            case "$*" in
            *podsecuritypolicies*) echo "error: the server doesn't have a resource type \\"podsecuritypolicies\\"" >&2; exit 1 ;;
            *REFUSED*) echo refused >&2; exit 1 ;;
            *configmap*) ;;
            *) echo '{"items": []}' ;;
            esac
            """
        try await bench.program("kubectl", kubectl)
        let result = try await bench.run(ObjectScripts.objects, "kubectl")
        #expect(result.succeeded)
        #expect(try AppliedReading.objects(Sections(result.output)) == ClusterObjects())
        try await bench.program("kubectl", kubectl.replacing("REFUSED", with: "daemonsets"))
        #expect(try await bench.run(ObjectScripts.objects, "kubectl").outcome == .exited(1))
    }

    @Test("the Helm script unpacks what Helm 2 and 3 store")
    func helm() async throws {
        let bench = try Bench()
        try await bench.program(
            "kubectl",
            """
            #!/bin/sh
            packed() { printf '%s' "$1" | gzip -c | base64 -w 0; }
            case "$*" in
            *configmaps*) echo "kube-system two.v1 $(packed 'apiVersion: a/v1
            kind: B')" ;;
            *owner=helm*) echo "shop three.v1 $(packed '{"manifest": "apiVersion: c/v1\\nkind: D"}' | base64 -w 0)"
                echo "shop broken.v1 bm9uc2Vuc2U=" ;;
            esac
            """
        )
        let result = try await bench.run(ObjectScripts.helm, "kubectl")
        let found = try HelmReading.manifests(result.output)
        #expect(found.map(\.name) == ["two.v1", "three.v1", "broken.v1"])
        #expect(found.map { $0.objects?.map(\.apiVersion) } == [["a/v1"], ["c/v1"], nil])
        #expect(found.map(\.storage) == [.configMap, nil, nil])
    }
}
