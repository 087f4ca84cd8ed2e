internal import Crypto
internal import Foundation
internal import Subprocess

/// The program packaging/package, which fetches, verifies, builds and publishes.
enum PackagingProgram {
    /// Its path: what UPGRADER_PACKAGING says, else packaging/ above this program or below the working directory.
    ///
    /// - Throws: `Complaint` where there is none.
    static func path() throws -> String {
        let named = ProcessInfo.processInfo.environment["UPGRADER_PACKAGING"].map { ["\($0)/package"] }
        var places = named ?? ["\(FileManager.default.currentDirectoryPath)/packaging/package"]
        if named == nil, let program = Bundle.main.executableURL?.resolvingSymlinksInPath() {
            var directory = program.deletingLastPathComponent()
            // .build/TRIPLE/debug/upgrader is three below the tree.
            for _ in 0..<4 {
                places.append(directory.appending(path: "packaging/package").path)
                directory.deleteLastPathComponent()
            }
        }
        places.append("/usr/share/upgrader/packaging/package")
        if let found = places.first(where: FileManager.default.isExecutableFile(atPath:)) { return found }
        throw Complaint(
            FiveLines(
                error: "packaging/package is not there",
                why: "looked for \(places.joined(separator: ", "))",
                state: "nothing was built or published",
                next: "name the directory packaging/ of the source in UPGRADER_PACKAGING"
            ),
            .usage
        )
    }

    /// Becomes the program: its output, its exit code and the signals meant for it are its own.
    ///
    /// - Throws: `Complaint` where it cannot be run; otherwise it does not return.
    static func become(_ words: [String]) async throws -> Never {
        let path = try path()
        await Output.flush()
        var arguments = ([path] + words).map { strdup($0) } + [nil]
        execv(path, &arguments)
        let reason = String(cString: strerror(errno))
        throw Complaint(
            FiveLines(
                error: "\(path) cannot be run",
                why: reason,
                state: "nothing was built or published",
                next: "install python3, see packaging/README.md"
            ),
            .usage
        )
    }

    /// Packs packaging/ into a tar archive that is the same wherever and whenever it is packed.
    ///
    /// - Returns: its SHA-256 in lowercase hexadecimal.
    /// - Throws: `Complaint` where tar fails.
    static func pack(into archive: String) async throws -> String {
        let directory = URL(filePath: try path()).deletingLastPathComponent().path
        let words = [
            "--create", "--file=\(archive)", "--directory=\(directory)", "--sort=name", "--mtime=@0", "--owner=0",
            "--group=0", "--numeric-owner", "--mode=go-w", "--exclude=./tests", "--exclude=__pycache__", ".",
        ]
        do {
            let tar = try await Subprocess.run(
                .name("tar"),
                arguments: Arguments(words),
                output: .discarded,
                error: .currentStandardError
            )
            guard tar.terminationStatus.isSuccess else { throw CocoaError(.fileWriteUnknown) }
            let digest = SHA256.hash(data: try Data(contentsOf: URL(filePath: archive), options: .mappedIfSafe))
            return digest.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
        } catch {
            throw Complaint(
                FiveLines(
                    error: "\(directory) cannot be packed for the builder",
                    why: "tar ended badly: \(error.localizedDescription)",
                    state: "nothing was sent or built",
                    next: "make room for \(archive)"
                ),
                .usage
            )
        }
    }
}
