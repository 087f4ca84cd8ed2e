import Testing
import UpgradeTestSupport

@testable import UpgradeSSH

@Suite("The SSH configuration")
struct SSHConfigTests {
    private let account = LocalAccount(user: "me", home: "/home/me")

    private func config(_ text: String) throws -> (SSHConfig, RemoteScratch) {
        let scratch = try RemoteScratch()
        let file = try scratch.write("config", text)
        return (SSHConfig(files: [file], isRequired: true, account: account), scratch)
    }

    private func route(_ text: String, to alias: String = "h", settings: SSHSettings = SSHSettings()) throws -> Route {
        let (config, scratch) = try config(text)
        return try withExtendedLifetime(scratch) { try Route.to(alias, settings: settings, config: config) }
    }

    private func failure(_ text: String) throws -> SSHConfigError {
        try #require(throws: SSHConfigError.self) { _ = try route(text) }
    }

    @Test("the first value wins, and key files add up")
    func first() throws {
        let hop = try #require(
            try route(
                """
                Host h
                  HostName=one.example
                  Port = 2200
                  IdentityFile "~/.ssh/a b"
                Host *
                  HostName two.example
                  User root # not a comment for ssh either
                  IdentityFile /keys/%h-%r-%p
                """
            ).hops.first
        )
        #expect(hop.hostName == "one.example" && hop.port == 2200 && hop.user == "root")
        #expect(hop.identityFiles == ["/home/me/.ssh/a b", "/keys/one.example-root-2200"])
    }

    @Test("without a word about it, a host is itself, at port 22, as the local user")
    func defaults() throws {
        let hop = try #require(try route("").hops.first)
        #expect(hop.hostName == "h" && hop.port == 22 && hop.user == "me" && !hop.hasNamedIdentities)
        #expect(hop.knownHostsFiles.first == "/home/me/.ssh/known_hosts")
    }

    @Test("lines that end with CR and LF are lines")
    func carriageReturns() throws {
        let text = "# mine\r\nHost g\r\n  User never\r\nHost h\r\n  HostName one.example\r\n  Port 2200\r\n"
        let hop = try #require(try route(text).hops.first)
        #expect(hop.hostName == "one.example" && hop.port == 2200 && hop.user == "me")
    }

    @Test("settings beat the configuration")
    func settings() throws {
        let settings = SSHSettings(user: "admin", identityFiles: ["/k"], knownHostsFile: "/kh")
        let text = "User root\nIdentityFile /other\nUserKnownHostsFile /a /b\n"
        let hop = try #require(try route(text, settings: settings).hops.first)
        #expect(hop.user == "admin" && hop.identityFiles == ["/k"] && hop.knownHostsFiles == ["/kh"])
    }

    @Test("Host patterns, negations and Match lines choose")
    func patterns() throws {
        let text = """
            Host !h *
              User never
            Match originalhost h,g host h
              User matched
            """
        #expect(try route(text).hops.first?.user == "matched")
        #expect(try route(text, to: "other").hops.first?.user == "never")
    }

    @Test("Match exec is refused where it would decide, and runs nothing")
    func matchExec() throws {
        let scratch = try RemoteScratch()
        let error = try failure("Match host h exec \"touch \(scratch.file("witness"))\"\n  User root\n")
        #expect(error.line == 1 && error.reason.contains("Match exec"))
        #expect(scratch.names.isEmpty)
        #expect(try route("Match host other exec \"false\"\n  User root\n").hops.first?.user == "me")
    }

    @Test("ProxyCommand is refused with its line, unless ProxyJump came first")
    func proxyCommand() throws {
        #expect(try failure("User root\nProxyCommand nc %h %p\n").line == 2)
        #expect(try route("Host h\nProxyJump j\nProxyCommand nc %h %p\n").hops.map(\.alias) == ["j", "h"])
        #expect(try route("ProxyCommand none\n").hops.count == 1)
    }

    @Test("jump hosts are entered from left to right, each with its own configuration")
    func jumps() throws {
        let text = """
            Host h
              ProxyJump a,root@b:2201
            Host a
              ProxyJump gate
              Port 2202
            Host b
              ProxyJump elsewhere
            """
        let hops = try route(text).hops
        #expect(hops.map(\.alias) == ["gate", "a", "b", "h"])
        #expect(hops.map(\.port) == [22, 2202, 2201, 22])
        #expect(hops[2].user == "root")
    }

    @Test("jump hosts that lead back are an error, not an endless loop")
    func circle() throws {
        #expect(try failure("Host h\nProxyJump g\nHost g\nProxyJump h\n").reason.contains("circles"))
    }

    @Test("a damaged line is an error with its number")
    func damaged() throws {
        #expect(try failure("User \"open\n").line == 1)
        #expect(try failure("\nPort many\n").line == 2)
        #expect(try failure("HostName\n").line == 1)
    }

    @Test("Include reads files by pattern, only where its block applies")
    func include() throws {
        let scratch = try RemoteScratch()
        try scratch.write("10.conf", "User included\n")
        #expect(try route("Host h\nInclude \(scratch.path)/*.conf\n").hops.first?.user == "included")
        #expect(try route("Host g\nInclude \(scratch.path)/*.conf\n").hops.first?.user == "me")
        try scratch.write("loop.conf", "Include \(scratch.path)/loop.conf\n")
        #expect(try failure("Include \(scratch.path)/loop.conf\n").reason.contains("too many levels"))
    }

    @Test("a configuration file that was named must exist")
    func missing() {
        let config = SSHConfig(files: ["/nonexistent/config"], isRequired: true, account: account)
        #expect(throws: SSHConfigError.self) { try config.lookUp("h") }
    }
}
