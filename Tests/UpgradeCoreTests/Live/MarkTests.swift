import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// The marks of effects, by the real scripts in a directory of their own; no unit of this machine is masked.
@Suite("marks")
struct MarkTests {
    private func marks(_ bench: HostScriptTests.Bench) async throws -> [HostMark] {
        let result = try await bench.run(HostScripts.marks, "\(bench.path)/marks", "\(bench.path)/links")
        return try HostReading.marks(try result.text())
    }

    /// A systemctl that makes and removes the link as systemd's does, and `systemctl fail` that does nothing.
    private func bench() async throws -> HostScriptTests.Bench {
        let bench = try HostScriptTests.Bench()
        try FileManager.default.createDirectory(atPath: "\(bench.path)/links", withIntermediateDirectories: true)
        try await bench.program(
            "systemctl",
            """
            #!/bin/sh
            link='\(bench.path)/links/'$3.service
            case $1 in
            mask) ln -s /dev/null "$link" ;;
            unmask) rm -f "$link" ;;
            *) exit 1 ;;
            esac
            """
        )
        return bench
    }

    private func mask(
        _ bench: HostScriptTests.Bench,
        run: String = "run-1",
        _ verb: String = "mask"
    ) async throws -> Bool {
        try await bench.run(
            HostScripts.marked,
            "\(bench.path)/marks",
            "mask:kube-scheduler",
            run,
            "1.12-1.13/control-plane/hold-controllers@cp1",
            "systemctl",
            verb,
            "--",
            "kube-scheduler"
        )
        .succeeded
    }

    @Test("the mark is there before the effect, for root alone, and tells run and step")
    func marked() async throws {
        let bench = try await bench()
        #expect(try await marks(bench) == [])
        // The effect does not come about: a mark without one is left.
        #expect(try await mask(bench, "fail") == false)
        #expect(try await marks(bench).map(\.standing) == [.gone])
        #expect(try await mask(bench))
        let expected = HostMark(
            kind: .mask,
            object: "kube-scheduler",
            run: "run-1",
            step: "1.12-1.13/control-plane/hold-controllers@cp1",
            standing: .ours
        )
        #expect(try await marks(bench) == [expected])
        let path = "\(bench.path)/marks"
        let mode = { (path: String) in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode("\(path)/mask:kube-scheduler") == 0o600)
        #expect(try mode(path) == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["mask:kube-scheduler"])
    }

    @Test("no effect comes about whose mark could not be written")
    func unwritten() async throws {
        let bench = try await bench()
        try await bench.program("sync", "#!/bin/sh\nexit 1\n")
        #expect(try await mask(bench) == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.path)/links") == [])
    }

    @Test("the mark goes with the effect, and stays where that does not go")
    func unmarked() async throws {
        let bench = try await bench()
        #expect(try await mask(bench))
        let mark = "\(bench.path)/marks/mask:kube-scheduler"
        #expect(try await bench.run(HostScripts.unmarked, mark, "false").succeeded == false)
        #expect(FileManager.default.fileExists(atPath: mark))
        let undo = ["systemctl", "unmask", "--", "kube-scheduler"]
        #expect(try await bench.run(HostScripts.unmarked, [mark] + undo).succeeded)
        #expect(try await marks(bench) == [])
        // A second time, as after a lost connection; and where no mark ever was.
        #expect(try await bench.run(HostScripts.unmarked, [mark] + undo).succeeded)
        #expect(try await bench.run(HostScripts.unmarked, "\(bench.path)/nowhere/mask:x", "true").succeeded)
    }

    @Test("a mask that somebody has made anew is theirs, one that is gone is gone, and so is a file in its place")
    func changed() async throws {
        let bench = try await bench()
        #expect(try await mask(bench))
        let mark = "\(bench.path)/marks/mask:kube-scheduler"
        let link = "\(bench.path)/links/kube-scheduler.service"
        let hourAgo = Date(timeIntervalSinceNow: -3600)
        try FileManager.default.setAttributes([.modificationDate: hourAgo], ofItemAtPath: mark)
        #expect(try await marks(bench).map(\.standing) == [.theirs])
        try FileManager.default.removeItem(atPath: link)
        #expect(try await marks(bench).map(\.standing) == [.gone])
        try bench.write("[Unit]", to: "links/kube-scheduler.service")
        #expect(try await marks(bench).map(\.standing) == [.gone])
    }

    @Test("a mark of another machine is not ours, whatever is there")
    func otherMachine() async throws {
        let bench = try await bench()
        #expect(try await mask(bench))
        try bench.write("run-1\nstep\n0123456789abcdef\n", to: "marks/mask:kube-scheduler")
        #expect(try await marks(bench).map(\.standing) == [.theirs])
    }

    @Test(
        "a hold that was lifted is known by what dpkg has selected",
        arguments: [("install", "ours"), ("hold", "gone")]
    )
    func holds(selected: String, standing: String) async throws {
        let bench = try await bench()
        try await bench.program("dpkg-query", "#!/bin/sh\nprintf '\(selected) ok installed'\n")
        let words = ["\(bench.path)/marks", "unhold:kubernetes-node", "run-1", "step", "true"]
        #expect(try await bench.run(HostScripts.marked, words).succeeded)
        #expect(try await marks(bench).map(\.standing.rawValue) == [standing])
        try await bench.program("dpkg-query", "#!/bin/sh\nexit 1\n")
        #expect(try await marks(bench).map(\.standing) == [.gone])
    }

    @Test(
        "a mark that is no file, is not finished yet, or is of a kind from the future, is no mark, or refused by name"
    )
    func odd() async throws {
        let bench = try await bench()
        #expect(try await mask(bench))
        try bench.write("x\ny\nz\n", to: "marks/mask:a.part")
        try FileManager.default.createSymbolicLink(
            atPath: "\(bench.path)/marks/mask:b",
            withDestinationPath: "/etc/passwd"
        )
        #expect(try await marks(bench).map(\.object) == ["kube-scheduler"])
        try bench.write("x\ny\nz\n", to: "marks/taint:w1")
        await #expect(throws: ReadingError.self) { try await marks(bench) }
    }

    // MARK: rendering

    private static let mark = MarkedCommand.Mark(run: "run-1", step: "1.12-1.13/workers/x@w1")

    @Test("every effect on a host is begun behind its mark, and every inverse takes the mark away")
    func rendered() throws {
        let playbook = try LiveScene.playbook()
        let effects: [SideEffect] = [
            .mask(host: "w1", unit: "u"), .pause(host: "w1", unit: "u"), .liftedHold(host: "w1", package: "p"),
        ]
        let makers: [Action] = [
            .mask(host: "w1", unit: "u"), .pause(host: "w1", unit: "u"), .unhold(host: "w1", package: "p"),
        ]
        for (effect, maker) in zip(effects, makers) {
            #expect(maker.sideEffect == effect)
            let made = CommandRendering.commands(for: maker, playbook: playbook, mark: Self.mark)
            let plain = CommandRendering.commands(for: maker, playbook: playbook)
            let name = try #require(effect.hostMark.map { "\($0.kind.rawValue):\($0.object)" })
            #expect(
                made.count == 1
                    && made[0].command.words.suffix(plain[0].command.words.count) == plain[0].command.words[...]
            )
            #expect(
                Array(made[0].command.words[3..<8]) == [
                    "upgrader-marked", HostPlace.marks, name, "run-1", Self.mark.step,
                ]
            )
            for inverse in [effect.inverse, .dropMark(effect)] {
                let undone = CommandRendering.commands(for: inverse, playbook: playbook, mark: Self.mark)
                #expect(Array(undone[0].command.words[3..<5]) == ["upgrader-unmarked", "\(HostPlace.marks)/\(name)"])
            }
        }
    }

    @Test("an update strategy is set with its annotations, and brought back without them, in one request")
    func strategy() throws {
        let playbook = try LiveScene.playbook()
        func patch(_ action: Action) -> String? {
            CommandRendering.commands(for: action, playbook: playbook, mark: Self.mark).first?.command.words.last
        }
        let effect = SideEffect.updateStrategy(
            namespace: "kube-system",
            daemonSet: "calico-node",
            set: "OnDelete",
            prior: "RollingUpdate"
        )
        let set = Action.setUpdateStrategy(
            namespace: "kube-system",
            daemonSet: "calico-node",
            to: "OnDelete",
            prior: "RollingUpdate"
        )
        #expect(set.sideEffect == effect)
        #expect(effect.inverse.sideEffect == nil)
        #expect(
            patch(set)
                == #"--patch={"metadata":{"annotations":{"upgrader/strategy-before":"RollingUpdate","upgrader/strategy-set-by":"run-1"}},"spec":{"updateStrategy":{"type":"OnDelete"}}}"#
        )
        #expect(
            patch(effect.inverse)
                == #"--patch={"metadata":{"annotations":{"upgrader/strategy-before":null,"upgrader/strategy-set-by":null}},"spec":{"updateStrategy":{"type":"RollingUpdate"}}}"#
        )
        #expect(
            patch(.dropMark(effect))
                == #"--patch={"metadata":{"annotations":{"upgrader/strategy-before":null,"upgrader/strategy-set-by":null}}}"#
        )
    }

    @Test("a DaemonSet is found by its annotations, whatever its strategy is now")
    func daemonSets() throws {
        func item(_ name: String, _ annotations: String) -> String {
            #"{"metadata":{"name":"\#(name)","namespace":"kube-system","annotations":\#(annotations)},"spec":{"updateStrategy":{"type":"OnDelete"},"template":{"spec":{}}}}"#
        }
        let marked = #"{"upgrader/strategy-set-by":"run-1","upgrader/strategy-before":"RollingUpdate"}"#
        let text = #"{"items":[\#(item("calico-node", marked)),\#(item("theirs", "{}"))]}"#
        #expect(
            try ObjectReading.markedDaemonSets(text) == [
                MarkedDaemonSet(
                    namespace: "kube-system",
                    name: "calico-node",
                    strategy: "OnDelete",
                    run: "run-1",
                    prior: "RollingUpdate"
                )
            ]
        )
    }

    @Test("the runs whose silence is open are read from the comments of ours")
    func silences() throws {
        let silence = AlertSilence(
            name: "staging",
            alertmanager: "http://alerts.example.org:9093",
            matchers: [AlertMatcher(name: "cluster", value: "staging")],
            lasts: .seconds(3600),
            mark: ""
        )
        func listed(
            _ comment: String,
            by: String = "upgrader",
            _ state: String = "active",
            value: String = "staging"
        ) -> String {
            #"{"id":"1","status":{"state":"\#(state)"},"createdBy":"\#(by)","comment":"\#(comment)","matchers":[{"name":"cluster","value":"\#(value)","isRegex":false}],"endsAt":"2026-11-29T12:00:00Z"}"#
        }
        let list = [
            listed("upgrader run run-1, silence staging"), listed("upgrader run run-1, silence staging"),
            listed("upgrader run run-2, silence other"), listed("upgrader run run-3, silence staging", "expired"),
            listed("upgrader run run-4, silence staging", by: "somebody"),
            listed("upgrader run run-5, silence staging", value: "production"), listed("maintenance"),
        ]
        #expect(try AlertmanagerRequests.runs(silence, in: "[\(list.joined(separator: ","))]") == ["run-1"])
    }
}
