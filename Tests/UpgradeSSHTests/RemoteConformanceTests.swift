import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

@Suite("A remote")
struct RemoteConformanceTests {
    @Test("in a local shell behaves as a remote must", arguments: RemoteConformance.behaviours)
    func localShell(_ behaviour: RemoteConformance.Behaviour) async throws {
        try await behaviour.check(LocalShellRemote(), on: Host(name: "here", roles: [.client]))
    }

    @Test("over SSH behaves as a remote must", arguments: RemoteConformance.behaviours)
    func ssh(_ behaviour: RemoteConformance.Behaviour) async throws {
        try await SSHScene.withHost { remote, scene, _ in
            try await behaviour.check(remote, on: scene.host)
        }
    }
}
