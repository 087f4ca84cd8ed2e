import FoundationEssentials

/// Builds the Debian packages of a component on a builder host, and copies them back.
///
/// The builder needs root, systemd and the tools of packaging/README.md. The program and its data travel along, so that
/// the builder builds what this tree says. The build runs as a transient unit whose name is made of what is built from
/// what: asked for again, one that still runs is followed, one that has ended well is copied, one that has failed is
/// begun anew.
public struct PackageBuild: Sendable {
    /// What a build is made of.
    public struct Subject: Hashable, Sendable {
        /// The component, such as `kubernetes`.
        public var component: String
        /// Upstream's version.
        public var version: String
        /// A tar archive of packaging/ on the operator's machine.
        public var archive: String
        /// The SHA-256 of that archive.
        public var digest: String
        /// Further words for `package build`, such as `--proxy`.
        public var options: [String]

        /// Makes a subject.
        public init(component: String, version: String, archive: String, digest: String, options: [String] = []) {
            self.component = component
            self.version = version
            self.archive = archive
            self.digest = digest
            self.options = options
        }
    }

    /// How a build ended.
    public enum Ending: Hashable, Sendable {
        /// The packages and their record are in the directory; these are their paths, the record last.
        case built([String])
        /// The builder refused, with this status and the end of what it printed.
        case refused(status: Int32, output: String)
    }

    /// Where builds live on the builder; /var outlasts a restart.
    static let directory = "/var/lib/upgrader/packages"

    let access: HostAccess
    let host: Host
    let subject: Subject
    let deadline: Duration
    let report: @Sendable (ActionProgress) -> Void

    /// Makes a build.
    ///
    /// - Parameters:
    ///   - subject: what is built.
    ///   - host: the builder.
    ///   - remote: reaches it.
    ///   - deadline: for the whole build; a download of 400 MB through a slow proxy and xz take the longest.
    ///   - connect: how long the builder may be away.
    ///   - clock: measures both.
    ///   - report: told when the builder is waited for.
    public init(
        _ subject: Subject,
        on host: Host,
        remote: any Remote,
        deadline: Duration = .seconds(7200),
        connect: Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        report: @escaping @Sendable (ActionProgress) -> Void = { _ in }
    ) {
        access = HostAccess(remote: remote, clock: clock, connect: connect)
        self.host = host
        self.subject = subject
        self.deadline = deadline
        self.report = report
    }

    /// The name of the transient unit.
    public var unit: String {
        let text = ([subject.component, subject.version, subject.digest] + subject.options).joined(separator: "\n")
        return "upgrader-package-\(subject.component)-\(subject.version)-\(Digest.sha256(text).prefix(16))"
    }

    /// Builds and copies the packages into `directory` of the operator's machine, each with its checksum, the record last.
    ///
    /// - Throws: `AccessError` where the builder cannot be reached, or what it built does not arrive as it was built.
    public func perform(into directory: String) async throws(AccessError) -> Ending {
        let runner = JobRunner(
            access: access,
            host: host,
            unit: JobUnit(name: unit),
            deadline: deadline,
            report: report
        )
        switch try await runner.status() {
        case .ended(let status, _) where status != 0: try await runner.forget()
        case .vanished: try await runner.forget()
        case .ended, .running, .absent: break
        }
        let (status, output) = try await runner.perform(command) { () async throws(AccessError) in try await send() }
        guard status == 0 else { return .refused(status: status, output: Redaction.tail(output, lines: 40)) }
        do throws(AccessError) {
            return .built(try await collect(into: directory))
        } catch {
            switch error {
            // What it has left is gone or damaged: asked for again, it is begun anew.
            case .commandFailed, .unreadable, .remote(.copyFailed): try? await runner.forget()
            default: break
            }
            throw error
        }
    }

    /// The place of this build on the builder.
    private var place: String { "\(Self.directory)/\(unit.dropFirst("upgrader-package-".count))" }

    /// In /tmp: the login need not be root, and the job makes a copy of its own and looks at its checksum.
    private var sent: String { "/tmp/upgrader-packaging-\(subject.digest).tar" }

    var command: Command {
        let script = ["/bin/sh", "-c", HostScripts.packageBuild, "upgrader-package-build", sent, subject.digest, place]
        return Command(script + [subject.component, subject.version] + subject.options, needsRoot: true)
    }

    private func send() async throws(AccessError) {
        do throws(RemoteError) {
            try await access.retrying(host, report: report) { () throws(RemoteError) in
                try await access.remote.upload(subject.archive, to: sent, on: host, deadline: .seconds(120))
            }
        } catch {
            throw .remote(error)
        }
    }

    private struct Record: Decodable {
        struct Deb: Decodable {
            var file: String
            var sha256: String
        }
        var component: String
        var version: String
        // The keys are those of the file. swift-format-ignore: AlwaysUseLowerCamelCase
        var package_version: String
        var debs: [Deb]
    }

    private func collect(into directory: String) async throws(AccessError) -> [String] {
        let question = Command(
            ["/bin/sh", "-c", HostScripts.packageRecords, "upgrader-package-records", place],
            needsRoot: true
        )
        let text = try await call(question)
        let record: Record
        do {
            record = try JSONDecoder().decode(Record.self, from: Data(text.utf8))
        } catch {
            throw unreadable(question, "it is no record of a build")
        }
        let names = record.debs.map(\.file) + [record.package_version]
        guard record.component == subject.component, record.version == subject.version, !record.debs.isEmpty,
            names.allSatisfy({ $0.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.+~_-]*/) != nil })
        else { throw unreadable(question, "it is the record of something else") }
        var paths: [String] = []
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .localFile(path: directory, reason: "the directory cannot be made")
        }
        for deb in record.debs {
            let path = "\(directory)/\(deb.file)"
            guard try await fetch("\(place)/out/\(deb.file)", to: path) == deb.sha256 else {
                throw unreadable(question, "\(deb.file) is not what the build has recorded")
            }
            paths.append(path)
        }
        // Last: whoever finds the record finds everything that it names.
        let path = "\(directory)/\(record.component)_\(record.package_version).json"
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .localFile(path: path, reason: "it cannot be written")
        }
        return paths + [path]
    }

    private func fetch(_ path: String, to localPath: String) async throws(AccessError) -> String {
        do throws(RemoteError) {
            return try await access.retrying(host, report: report) { () throws(RemoteError) -> String in
                try await access.remote.download(
                    path,
                    from: host,
                    to: localPath,
                    needsRoot: true,
                    deadline: .seconds(1800)
                )
            }
        } catch {
            throw .remote(error)
        }
    }

    private func call(_ command: Command) async throws(AccessError) -> String {
        let result: CommandResult
        do throws(RemoteError) {
            result = try await access.run(command, on: host, deadline: .seconds(60), report: report).result
        } catch {
            throw .remote(error)
        }
        guard result.succeeded else { throw .failed(command, on: host.name, result) }
        return result.output
    }

    private func unreadable(_ command: Command, _ reason: String) -> AccessError {
        .unreadable(host: host.name, command: Redaction.redact(command), reason: reason)
    }
}
