import Foundation
import Testing
import UpgradeTestSupport

@Suite("Completions and the manual page")
struct CompletionTests {
    private func run(_ words: String..., in scratch: ScratchDirectory) async throws -> Program.Result {
        try await Program("/usr/bin/env", words, in: scratch.path).wait()
    }

    private func completions(_ shell: String, _ scratch: ScratchDirectory) async throws -> String {
        let made = try await Program(Program.upgrader, ["--generate-completion-script", shell], in: scratch.path).wait()
        #expect(made.code == 0, "\(made.errors)")
        try scratch.write(Data(made.output.utf8), to: shell)
        return scratch.path + "/" + shell
    }

    @Test("bash completes commands and their options")
    func bash() async throws {
        let scratch = try ScratchDirectory()
        let script = try await completions("bash", scratch)
        let complete = """
            source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
            _upgrader "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let commands = try await run("bash", "-c", complete, script, "upgrader", "res", in: scratch)
        let found = commands.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(found == ["resume", "restore-etcd"])
        let proposing = try await run("bash", "-c", complete, script, "upgrader", "init", "--f", in: scratch)
        #expect(proposing.output.contains("--from"), "\(proposing.output)\(proposing.errors)")
        let options = try await run("bash", "-c", complete, script, "upgrader", "run", "--not", in: scratch)
        #expect(options.output.contains("--not-after"), "\(options.output)\(options.errors)")
    }

    @Test("bash completes playbooks, and directories of runs")
    func files() async throws {
        let scratch = try ScratchDirectory()
        let script = try await completions("bash", scratch)
        for name in ["playbook.yaml", "notes.txt"] { try scratch.write(Data(), to: name) }
        for name in ["state", "plans"] {
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/\(name)",
                withIntermediateDirectories: false
            )
        }
        let complete = """
            source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
            compopt() { :; }
            _upgrader "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
            """
        func found(_ words: String...) async throws -> Set<String> {
            let result = try await Program(
                "/usr/bin/env",
                ["bash", "-c", complete, script, "upgrader"] + words,
                in: scratch.path
            ).wait()
            return Set(result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        }
        #expect(try await found("run", "pl") == ["playbook.yaml", "plans"])
        #expect(try await found("run", "no") == [])
        #expect(try await found("status", "st") == ["state"])
        #expect(try await found("status", "--state", "pl") == ["plans"])
    }

    @Test("fish completes commands, each once")
    func fish() async throws {
        let scratch = try ScratchDirectory()
        let script = try await completions("fish", scratch)
        let found = try await run("fish", "-c", "source \(script); complete -C 'upgrader c'", in: scratch)
        let words = found.output.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
        #expect(words == ["check", "cleanup"], "\(found.output)\(found.errors)")
    }

    @Test("zsh can read its completions")
    func zsh() async throws {
        let scratch = try ScratchDirectory()
        let script = try await completions("zsh", scratch)
        let read = try await run("zsh", "-n", script, in: scratch)
        #expect(read.code == 0 && read.errors.isEmpty, "\(read.errors)")
        let text = try String(contentsOfFile: script, encoding: .utf8)
        #expect(text.hasPrefix("#compdef upgrader"))
        #expect(text.contains("--not-after"))
    }

    @Test("the manual page has every command, option and exit code, and man finds no fault in it")
    func manual() async throws {
        let scratch = try ScratchDirectory()
        let help = try await Program(Program.upgrader, ["--experimental-dump-help"], in: scratch.path).wait()
        try scratch.write(Data(help.output.utf8), to: "help.json")
        let make = "python3 \"$0\" 1.0 < help.json > upgrader.1"
        let script = Golden.root + "/packaging/upgrader/manual.py"
        let made = try await run("sh", "-c", make, script, in: scratch)
        #expect(made.code == 0, "\(made.errors)")
        let page = try await run(
            "env",
            "LC_ALL=C.UTF-8",
            "MANWIDTH=120",
            "man",
            "--warnings",
            "-l",
            "upgrader.1",
            in: scratch
        )
        #expect(page.code == 0 && page.errors.isEmpty, "\(page.errors)")
        for text in [
            "upgrader run", "upgrader init", "--not-after", "upgrader versions sync", "EXIT STATUS",
            "refused by preflight",
        ] {
            #expect(page.output.contains(text), "\(text)")
        }
    }
}
