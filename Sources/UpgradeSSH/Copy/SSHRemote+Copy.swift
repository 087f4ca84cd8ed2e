import Crypto
import FoundationEssentials
import Glibc
public import UpgradeCore

extension SSHRemote {
    /// Prints a file's SHA-256 first on its line.
    ///
    /// coreutils 9.1 of Debian 12 sums 220 MB a second, OpenSSL 3, which uses the processor's own instructions, four times as much. OpenSSL
    /// need not be there, nor be willing.
    private static let sumFunction = """
        sum() {
            line=$(openssl dgst -sha256 -r 2> /dev/null < "$1") || line=
            # 64 digits and " *stdin": another program of this name may print anything.
            if [ ${#line} -eq 71 ]; then printf '%s\\n' "$line"; else sha256sum < "$1"; fi
        }
        """

    /// Writes beside the destination, checks, syncs and moves; whatever goes wrong, the destination stays as it was.
    ///
    /// `cat` over a channel, not SFTP: libssh's SFTP waits for every 32 KB (166 s instead of 4 s at 100 ms).
    private static let uploadScript = """
        \(sumFunction)
        set -e
        umask 077
        trap 'exit 1' HUP INT TERM
        tmp=$(mktemp -- "$1.upgrader.XXXXXX")
        trap 'rm -f -- "$tmp"' EXIT
        cat > "$tmp"
        found=$(sum "$tmp")
        found=${found%% *}
        printf '%s\\n' "$found"
        [ "$found" = "$2" ] || exit 65
        sync -- "$tmp"
        mv -f -T -- "$tmp" "$1"
        trap - EXIT
        sync -- "$(dirname -- "$1")"
        """

    /// EX_DATAERR of sysexits.h: the script's word for a checksum that differs.
    private static let checksumDiffers: Int32 = 65

    private static let downloadScript = """
        \(sumFunction)
        sum "$1" >&2 && cat < "$1"
        """

    /// Copies a local file to `path` on `host` as the login user, mode 0600, atomically.
    ///
    /// - Parameters:
    ///   - localPath: the file to copy; it must not change meanwhile.
    ///   - path: where it goes; its directory must exist and be writable for the login user.
    ///   - host: the host.
    ///   - deadline: for the whole call.
    /// - Throws: `RemoteError.checksumMismatch`, `.copyFailed`, and what `run` throws.
    public func upload(
        _ localPath: String,
        to path: String,
        on host: Host,
        deadline: Duration
    ) async throws(RemoteError) {
        let file: LocalFile
        let expected: String
        do throws(SystemError) {
            let opened = await threads.run { Result { () throws(SystemError) in try LocalFile(reading: localPath) } }
            file = try opened.get()
            expected = try await digests.sha256(of: file)
        } catch {
            throw .copyFailed(host: host.name, path: path, reason: "\(localPath): \(error.reason)")
        }
        let command = Command("sh", "-c", Self.uploadScript, "upgrader", path, expected)
        let result = try await copy(command, path, host, deadline, input: .file(file), output: .memory)
        if result.outcome == .exited(Self.checksumDiffers) {
            let found = result.output.split(separator: "\n").last.map(String.init) ?? ""
            throw .checksumMismatch(host: host.name, path: path, expected: expected, found: found)
        }
        guard result.succeeded else { throw failure(result, path, host) }
    }

    /// Copies `path` on `host` to a local file, mode 0600, atomically.
    ///
    /// - Parameters:
    ///   - path: the file to copy; one that changes meanwhile is a `.checksumMismatch`.
    ///   - host: the host.
    ///   - localPath: where it goes; replaced where it exists.
    ///   - needsRoot: whether the file is read with sudo.
    ///   - deadline: for the whole call.
    /// - Returns: the SHA-256 of the file in lowercase hexadecimal.
    /// - Throws: `RemoteError.checksumMismatch`, `.copyFailed`, and what `run` throws.
    public func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        let name = "\(localPath).upgrader.\(getpid()).\(UInt32.random(in: .min ... .max))"
        let created = await threads.run { Result { () throws(SystemError) in try LocalFile(creating: name) } }
        let file: LocalFile
        switch created {
        case .success(let created): file = created
        case .failure(let error): throw .copyFailed(host: host.name, path: path, reason: "\(name): \(error.reason)")
        }
        do throws(RemoteError) {
            let command = Command("sh", "-c", Self.downloadScript, "upgrader", path, needsRoot: needsRoot)
            let result = try await copy(command, path, host, deadline, input: .none, output: .file(file))
            guard result.succeeded else { throw failure(result, path, host) }
            let expected = result.errorOutput.split(separator: "\n").last.map { String($0.prefix(64)) } ?? ""
            return try await place(file, at: localPath, expected: expected, path, host)
        } catch {
            _ = unsafe unlink(name)
            throw error
        }
    }

    private func place(
        _ file: LocalFile,
        at localPath: String,
        expected: String,
        _ path: String,
        _ host: Host
    ) async throws(RemoteError) -> String {
        let placed = await threads.run {
            Result { () throws(SystemError) in
                let found = try file.sha256()
                if found == expected {
                    try file.synchronize()
                    guard unsafe rename(file.path, localPath) == 0 else { throw SystemError() }
                    try LocalFile.synchronizeDirectory(of: localPath)
                }
                return found
            }
        }
        switch placed {
        case .success(let found):
            guard found == expected else {
                throw .checksumMismatch(host: host.name, path: path, expected: expected, found: found)
            }
            return found
        case .failure(let error):
            throw .copyFailed(host: host.name, path: path, reason: "\(localPath): \(error.reason)")
        }
    }

    private func copy(
        _ command: Command,
        _ path: String,
        _ host: Host,
        _ deadline: Duration,
        input: CommandWork.Input,
        output: CommandWork.Output
    ) async throws(RemoteError) -> CommandResult {
        do {
            return try await call(command, on: host, deadline: deadline, input: input, output: output)
        } catch {
            // The script is ours; messages name the file.
            switch error {
            case .copyFailed(let host, _, let reason):
                throw .copyFailed(host: host, path: path, reason: reason)
            case .deadlinePassed(let host, _, let deadline):
                throw .deadlinePassed(host: host, command: "copy of \(path)", deadline: deadline)
            case .unreachable, .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked, .authenticationRefused,
                .configuration, .lost, .sudoRefused, .checksumMismatch, .fenced, .anotherMachine:
                throw error
            }
        }
    }

    private func failure(_ result: CommandResult, _ path: String, _ host: Host) -> RemoteError {
        let text = result.errorOutput.split(separator: "\n").last.map(String.init) ?? "\(result.outcome)"
        return .copyFailed(host: host.name, path: path, reason: text)
    }
}

extension LocalFile {
    /// The SHA-256 of the whole file in lowercase hexadecimal.
    func sha256() throws(SystemError) -> String {
        var hash = SHA256()
        var offset = 0
        while true {
            let bytes = try read(at: offset, count: 1 << 20)
            if bytes.isEmpty { break }
            hash.update(data: bytes)
            offset += bytes.count
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Waits until the entry of a file in its directory is on the disk.
    static func synchronizeDirectory(of path: String) throws(SystemError) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        try LocalFile(reading: directory).synchronize()
    }
}
