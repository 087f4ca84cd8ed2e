import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A playbook proposed from a host", .timeLimit(.minutes(5)))
struct InitTests {
    @Test("init looks at the host over SSH, writes a playbook of its owner's alone, and plan refuses it by its lines")
    func proposes() async throws {
        let scene = try await Scene()
        let made = try await scene.run("-o", "new.yaml")
        #expect(made.code == 0, "\(made.errors)")
        let path = scene.workshop.scratch.path + "/new.yaml"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Golden.expect(scene.workshop.normalized(text), matches: "Tests/UpgraderTests/Golden/init.yaml")
        let refused = try await scene.workshop.upgrader("plan", "new.yaml")
        #expect(refused.code == 64)
        #expect(refused.errors.contains("new.yaml:3:10"), "\(refused.errors)")

        let again = try await scene.run("-o", "new.yaml")
        try scene.workshop.expect(again, golden: "init-taken")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)

        struct Document: Decodable {
            var schema: Int
            var playbook: String
            var missing: [String]
        }
        let json = try await scene.run("--format", "json")
        let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
        #expect(document.schema == 1 && document.playbook == text && !document.missing.isEmpty)
        withExtendedLifetime(scene) {}
    }

    @Test("a host without a kube-apiserver is no host to begin with")
    func notControlPlane() async throws {
        let scene = try await Scene(apiserver: false)
        let refused = try await scene.run()
        #expect(refused.code == 64 && refused.output.isEmpty)
        #expect(refused.errors.contains("error: cp1 is no control-plane host\nwhy:   no kube-apiserver runs on it\n"))
        withExtendedLifetime(scene) {}
    }

    @Test("what is no host is refused before anything is looked at")
    func noHost() async throws {
        let workshop = try Workshop("")
        try workshop.expect(try await workshop.upgrader("init", "--from", "cp1:22"), golden: "init-no-host")
    }
}

/// A real sshd on loopback that answers each question with what a control-plane host would say, and nothing else.
private final class Scene: Sendable {
    let workshop: Workshop
    private let process: Program

    init(apiserver: Bool = true) async throws {
        workshop = try Workshop("")
        let scratch = workshop.scratch
        for name in ["host_key", "id"] {
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", name]
            let made = try await Program("/usr/bin/ssh-keygen", arguments, in: scratch.path).wait()
            guard made.code == 0 else { throw Program.Failure(description: "ssh-keygen: \(made.errors)") }
        }
        try scratch.write(try scratch.read("id.pub"), to: "authorized_keys")
        try scratch.write(Data(Self.answers(apiserver, Golden.root).utf8), to: "answer")
        if getuid() == 0 {
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        let port = try Loopback.freePort()
        let key = String(decoding: try scratch.read("host_key.pub"), as: UTF8.self).split(separator: " ").prefix(2)
        try scratch.write(Data("[127.0.0.1]:\(port) \(key.joined(separator: " "))\n".utf8), to: "known_hosts")
        try scratch.write(
            Data(
                """
                Host cp1
                    HostName 127.0.0.1
                    Port \(port)
                    User \(NSUserName())
                    IdentityFile \(scratch.path)/id
                    IdentityAgent none
                    UserKnownHostsFile \(scratch.path)/known_hosts
                    GlobalKnownHostsFile none

                """.utf8
            ),
            to: "ssh_config"
        )
        try scratch.write(
            Data(
                """
                Port \(port)
                ListenAddress 127.0.0.1
                HostKey \(scratch.path)/host_key
                PidFile none
                AuthorizedKeysFile \(scratch.path)/authorized_keys
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                SetEnv SHLVL=3
                ForceCommand /bin/sh \(scratch.path)/answer

                """.utf8
            ),
            to: "sshd_config"
        )
        process = try Program("/usr/sbin/sshd", ["-D", "-e", "-f", scratch.path + "/sshd_config"], in: scratch.path)
        try await process.expect("Server listening on 127.0.0.1 port \(port)")
    }

    func run(_ words: String...) async throws -> Program.Result {
        let arguments = ["init", "--from", "cp1", "--ssh-config", "ssh_config"] + words
        return try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
    }

    /// The host's side: what it is not told of ends with 99.
    private static func answers(_ apiserver: Bool, _ root: String) -> String {
        let daemon = """
            printf 'daemon kube-apiserver\\nwords\\n /usr/bin/kube-apiserver\\n --etcd-servers=http://127.0.0.1:2379\\n'
            """
        let fixtures = "\(root)/Tests/UpgradeCoreTests/Fixtures/kubectl/1.12"
        return """
            case $SSH_ORIGINAL_COMMAND in
            *upgrader-configuration*)
                printf 'fact clock\\n 1600000000\\nfact name\\n cp1\\nfact kernel\\n 4.19\\n'
                printf 'fact iptables\\nfact cgroup\\nholds\\n'
                \(apiserver ? daemon : ":")
                printf 'certificates\\ntokens\\nend\\n' ;;
            *upgrader-unit*)
                printf 'LoadState=loaded\\nActiveState=active\\n\\n@upgrader state 0\\n'
                printf 'Kubernetes v1.12.10\\n\\n@upgrader version 0\\n' ;;
            *dpkg-query*) printf 'kubernetes-master\\t1.12.10-1\\tinstall ok installed\\n'; exit 1 ;;
            *apt-cache*)
                for name in kubernetes-master kubernetes-node kubernetes-client; do
                    echo "$name | 1.13.12-1 | http://apt.example.org buster/main amd64 Packages"
                done ;;
            *'get nodes'*) cat \(fixtures)/nodes.json ;;
            *'get endpoints'*)
                echo '{"metadata": {"name": "kubernetes"}, "subsets": [{"addresses": [{"ip": "192.0.2.1"}]}]}' ;;
            *'get pods'*) cat \(fixtures)/pods.json ;;
            'id -u' | *' id -u'*) id -u ;;
            *) echo "was not told of: $SSH_ORIGINAL_COMMAND" >&2; exit 99 ;;
            esac

            """
    }
}
