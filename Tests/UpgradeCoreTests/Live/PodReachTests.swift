import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Which pods are asked and how the answers are read; the script itself runs for real, on loopback.
@Suite("pods reached from a node")
struct PodReachTests {
    private func line(
        _ node: String,
        _ name: String,
        _ address: String,
        ports: String = "",
        protocols: String = "",
        hostNetwork: String = "",
        ready: String = "True",
        deleted: String = ""
    ) -> String {
        [node, hostNetwork, address, "shop/\(name)", ports, protocols, ready, deleted].joined(separator: "\t")
    }

    @Test(
        "of each other node two pods are asked, those with a TCP port first; none that goes, is not Ready, or has no own address"
    )
    func choice() {
        let listing = [
            line("w1", "own-b", "10.64.1.3"), line("w1", "own-a", "10.64.1.2", ports: "80", protocols: "TCP"),
            line("w2", "a-bare", "10.64.2.2"),
            line("w2", "b-dns", "10.64.2.3", ports: "53 9153", protocols: "UDP TCP"),
            line("w2", "c-web", "10.64.2.4", ports: "8080", protocols: "TCP"),
            line("w2", "d-web", "10.64.2.5", ports: "8080", protocols: "TCP"),
            line("w3", "host", "192.0.2.3", hostNetwork: "true"), line("w3", "bad", "10.64.3.2", ready: "False"),
            line("w3", "going", "10.64.3.3", deleted: "2026-01-01T00:00:00Z"),
            line("w4", "strange", "$(reboot)"), line("", "pending", ""),
            line("w5", "unlike", "10.64.5.2", ports: "80 81", protocols: "UDP"),
        ].joined(separator: "\n")
        #expect(
            PodReachReading(listing, node: "w1").words == [
                "10.64.1.2", "10.64.1.3", "--", "w2", "10.64.2.3", "9153", "w2", "10.64.2.4", "8080", "w5",
                "10.64.5.2", "-",
            ]
        )
        let many = (10..<40).map { line("w\($0)", "web", "10.64.\($0).2") }.joined(separator: "\n")
        let words = PodReachReading(many, node: "w10").words
        #expect(words.first == "10.64.10.2" && words.count == 2 + 3 * PodReachReading.nodes)
    }

    @Test(
        "a node is reached where one of its pods answers, and silent by the first that was asked; half an answer is none"
    )
    func answers() throws {
        let listing = [
            line("w1", "own", "10.64.1.2"), line("w2", "a", "10.64.2.2", ports: "80", protocols: "TCP"),
            line("w2", "b", "10.64.2.3", ports: "80", protocols: "TCP"), line("w3", "a", "10.64.3.2"),
        ].joined(separator: "\n")
        let reading = PodReachReading(listing, node: "w1")
        let reach = try reading.reach("from 10.64.1.2\nreached w2 10.64.2.3\nend\n")
        #expect(
            reach
                == PodReach(
                    from: "shop/own",
                    reached: ["w2"],
                    silent: [PodReach.Target(node: "w3", pod: "shop/a", address: "10.64.3.2")]
                )
        )
        #expect(try reading.reach("from -\nend\n").from == nil)
        #expect(try reading.reach("from -\nend\n").silent.map(\.address) == ["10.64.2.2:80", "10.64.3.2"])
        #expect(throws: ReadingError.unreadable("the end is missing")) {
            try reading.reach("from -\nreached w2 10.64.2.2")
        }
    }

    @Test("the script opens a connection where somebody listens, and takes a refusal for silence")
    func script() async throws {
        let bench = try HostScriptTests.Bench()
        let (open, shut) = (try Loopback.freePort(), try Loopback.freePort())
        let listener = try Program("/usr/bin/python3", ["-m", "http.server", "--bind", "127.0.0.1", "\(open)"])
        defer { kill(listener.pid, SIGKILL) }
        let wait = "for try in $(seq 100); do curl -sf \"$1\" >/dev/null && exit; sleep 0.1; done; exit 1"
        try #require(try await bench.run(wait, "http://127.0.0.1:\(open)/").succeeded)
        let result = try await bench.run(
            CalicoNodeScripts.podReach,
            ["10.64.1.2", "--", "w2", "127.0.0.1", "\(open)", "w3", "127.0.0.1", "\(shut)"]
        )
        #expect(result.succeeded && result.output == "from -\nreached w2 127.0.0.1\nend\n", "\(result)")
    }

    @Test(
        "a client that gets an answer is asked for the image, crictl first; one that the playbook names is asked in any case"
    )
    func images() async throws {
        let bench = try HostScriptTests.Bench()
        func ask(_ client: String) async throws -> [String] {
            let words = [client, "calico/node:v3", CalicoCommands.withRegistry("calico/node:v3")]
            return try await bench.run(CalicoNodeScripts.image, words).output.split(separator: "\n").map(String.init)
        }
        try await bench.program("crictl", "#!/bin/sh\nexit 1\n")
        try await bench.program("docker", "#!/bin/sh\n[ \"$1\" = version ] || [ \"$3\" = calico/node:v3 ]\n")
        try await bench.program("ctr", "#!/bin/sh\necho docker.io/calico/node:v3\n")
        #expect(try await ask("") == ["docker", "present"])
        #expect(try await ask("crictl") == ["crictl"])
        #expect(try await ask("ctr") == ["ctr", "present"])
        try await bench.program("docker", "#!/bin/sh\nexit 1\n")
        #expect(try await ask("") == ["ctr", "present"])
        try await bench.program("ctr", "#!/bin/sh\n[ \"$1\" = version ]\n")
        #expect(try await ask("") == ["ctr"])
        try await bench.program("ctr", "#!/bin/sh\nexit 1\n")
        #expect(try await ask("") == [])
    }

    @Test(
        "an image without a registry is Docker Hub's",
        arguments: [
            ("calico/node:v3", "docker.io/calico/node:v3"), ("node:v3", "docker.io/library/node:v3"),
            ("localhost/node:v3", "localhost/node:v3"),
            ("r.example.org/calico/node:v3", "r.example.org/calico/node:v3"),
            ("r:5000/calico/node:v3", "r:5000/calico/node:v3"),
        ]
    )
    func registry(_ image: String, _ full: String) {
        #expect(CalicoCommands.withRegistry(image) == full)
    }

    @Test("of programs those are told that root finds")
    func programs() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program("calicoctl", "#!/bin/sh\n")
        let result = try await bench.run(CalicoNodeScripts.programs, ["calicoctl", "calico-upgrade-that-is-not"])
        #expect(result.output == "calicoctl\n")
    }
}
