import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeSSH

@Suite("known_hosts")
struct KnownHostsTests {
    private let old = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYVa+NeAl8DCz2yLzPnuUYM4JC3hGAMGyRSYaDkHNyN"
    private let new = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    private func verdict(_ text: String, host: String = "h", port: Int = 22, key: String) throws -> KnownHosts.Verdict {
        var hosts = KnownHosts()
        hosts.add(text, file: "f")
        let base64 = key.split(separator: " ")[1]
        return hosts.verdict(host: host, port: port, key: try #require(HostKey(base64: base64)))
    }

    @Test("a key counts for the names on its line, wildcards and negations included")
    func names() throws {
        #expect(try verdict("h \(old)", key: old) == .trusted)
        #expect(try verdict("a,h,b \(old)", key: old) == .trusted)
        #expect(try verdict("*.example,?  \(old) comment", key: old) == .trusted)
        #expect(try verdict("*,!h \(old)", key: old) == .unknown)
        #expect(try verdict("hh \(old)", key: old) == .unknown)
        #expect(try verdict("H \(old)", key: old) == .trusted)
    }

    @Test("another port is another host, unless only the plain name is known")
    func ports() throws {
        #expect(try verdict("[h]:2222 \(old)", port: 2222, key: old) == .trusted)
        #expect(try verdict("[h]:2222 \(old)", port: 22, key: old) == .unknown)
        #expect(try verdict("h \(old)", port: 2222, key: old) == .trusted)
        #expect(try verdict("[h]:2222 \(new)\nh \(old)", port: 2222, key: old) == .changed(file: "f", line: 1))
    }

    @Test("a changed key is found on its line, behind comments and damaged lines")
    func changed() throws {
        let text = "# comment\n\nrubbish\nh ssh-ed25519 !!!!\nh \(old)\n"
        #expect(try verdict(text, key: new) == .changed(file: "f", line: 5))
        #expect(try verdict("h \(old)\nh \(new)\n", key: new) == .trusted)
    }

    @Test("revocation beats trust, whichever line comes first, and names no other key")
    func revoked() throws {
        #expect(try verdict("h \(old)\n@revoked * \(old)\n", key: old) == .revoked(file: "f", line: 2))
        #expect(try verdict("@revoked h \(old)\nh \(old)\n", port: 2222, key: old) == .revoked(file: "f", line: 1))
        #expect(try verdict("@revoked * \(old)\nh \(new)\n", key: new) == .trusted)
    }

    @Test("lines that end with CR and LF are lines, in whole files and among others")
    func carriageReturns() throws {
        #expect(try verdict("a \(new)\r\nh \(old)\r\n", key: old) == .trusted)
        #expect(try verdict("h \(old)\n@revoked * \(old)\r\na \(new)\n", key: old) == .revoked(file: "f", line: 2))
        #expect(try verdict("h \(old) comment\r\n@revoked * \(old)\r\n", key: old) == .revoked(file: "f", line: 2))
    }

    @Test("a pipe is not waited for, and a file larger than any list of hosts is not read", .timeLimit(.minutes(1)))
    func notAList() throws {
        let scratch = try ScratchDirectory()
        let (pipe, large) = ("\(scratch.path)/pipe", "\(scratch.path)/large")
        try #require(mkfifo(pipe, 0o600) == 0)
        try scratch.write(Data(), to: "large")
        try #require(truncate(large, 200 << 20) == 0)
        for (path, reason) in [
            (pipe, "it is a pipe or a socket, not a file"), (large, "it has more than 16777216 bytes"),
        ] {
            let error = SSHConfigError(file: path, line: nil, reason: "the file cannot be read: \(reason)")
            #expect(throws: error) { _ = try KnownHosts(files: [path]) }
        }
        _ = try KnownHosts(files: ["/dev/null", "\(scratch.path)/none"])
    }

    @Test("a certificate authority vouches for no plain key")
    func authority() throws {
        #expect(try verdict("@cert-authority * \(old)\n", key: old) == .unknown)
    }

    @Test("a fingerprint has the form that ssh-keygen prints")
    func fingerprint() throws {
        let key = try #require(HostKey(base64: old.split(separator: " ")[1]))
        #expect(key.type == "ssh-ed25519")
        #expect(key.fingerprint.hasPrefix("SHA256:") && key.fingerprint.count == 50)
    }

    @Test("the types that are known for a host are asked for first")
    func algorithms() {
        #expect(HostKey.algorithms(preferring: ["ssh-rsa"]).hasPrefix("rsa-sha2-512,rsa-sha2-256,ssh-ed25519"))
        #expect(!HostKey.algorithms(preferring: []).split(separator: ",").contains("ssh-rsa"))
    }
}
