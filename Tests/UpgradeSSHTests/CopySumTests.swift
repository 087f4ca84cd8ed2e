import Foundation
import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

@Suite("The sum of a copy")
struct CopySumTests {
    /// What a host has in the place of OpenSSL's program.
    enum OpenSSL: String, CaseIterable, Sendable {
        case usual, absent, refusing, another
    }

    @Test(
        "is made on the host with OpenSSL, and without it where it is absent, refuses, or is another program",
        arguments: OpenSSL.allCases
    )
    func programs(_ openSSL: OpenSSL) async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey, path: try programs(in: scene.scratch, openSSL))
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: scene.block("cp1-alias", daemon))
        try scene.scratch.write("source", "what is copied\n")
        let (there, back) = (scene.scratch.file("there"), scene.scratch.file("back"))
        try await scene.withRemote { remote in
            let host = scene.host
            try await remote.upload(scene.scratch.file("source"), to: there, on: host, deadline: .seconds(30))
            let sum = try await remote.download(there, from: host, to: back, needsRoot: false, deadline: .seconds(30))
            #expect(sum == "8147e436bbe641aea99bfaa4e1e938ff899c4777a6447f4e922bb5a6164205d4")
        }
        #expect(try String(contentsOfFile: back, encoding: .utf8) == "what is copied\n")
        #expect(scene.scratch.names.contains("openssl-asked") == (openSSL != .absent))
    }

    /// A directory with what the copies need, and with an OpenSSL that notes that it was asked, or none.
    private func programs(in scratch: RemoteScratch, _ openSSL: OpenSSL) throws -> String {
        let path = scratch.file("bin")
        let files = FileManager.default
        try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in ["sh", "mktemp", "cat", "sha256sum", "rm", "sync", "mv", "dirname"] {
            try files.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: "/usr/bin/\(name)")
        }
        guard openSSL != .absent else { return path }
        let rest =
            switch openSSL {
            case .usual: #"exec /usr/bin/openssl "$@""#
            // It has read its input before, and says something.
            case .refusing: "cat >&2; exit 1"
            case .another: "echo '*** this host is monitored ***'"
            case .absent: ""
            }
        try scratch.write("bin/openssl", "#!/bin/sh\n: > \(scratch.file("openssl-asked"))\n\(rest)\n")
        try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(path)/openssl")
        return path
    }
}
