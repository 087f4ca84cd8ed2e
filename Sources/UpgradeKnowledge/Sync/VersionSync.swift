public import UpgradeCore

/// Compares the data files with the pages of upstream, and proposes changes; it writes nothing.
public struct VersionSync {
    /// What a comparison found.
    public struct Report: Hashable, Sendable {
        /// A unified diff of the data files; empty when nothing is to be changed.
        public var diff = ""
        /// The changes, one sentence each.
        public var changes: [String] = []
        /// What a person should look at, one sentence each; nothing is proposed for it.
        public var remarks: [String] = []
        /// The pages from which nothing is proposed, and why.
        public var refused: [Refusal] = []
    }

    /// A page from which nothing is proposed.
    public struct Refusal: Hashable, Sendable {
        /// Its name.
        public var page: UpstreamPage.ID
        /// Where it was read.
        public var url: String
        /// What is wrong with it.
        public var error: PageError
    }

    /// What is known.
    let known: VersionKnowledge
    /// Today.
    let day: CalendarDay
    /// Where to read instead of upstream.
    let mirror: String?
    /// Reads a page.
    let read: @Sendable (String) async throws(PageError) -> String
    private let pages: [UpstreamPage]
    /// The files as they are to be, by name.
    var files: [String: DataLines] = [:]
    var report = Report()

    /// The data files that pages speak of, below this directory of the repository.
    private static let directory = "Sources/CVersionData/Data"
    private static let names = ["kubernetes.yaml", "calico.yaml", "helm.yaml"]

    private init(
        day: CalendarDay,
        mirror: String?,
        read: @escaping @Sendable (String) async throws(PageError) -> String
    ) throws(VersionDataError) {
        known = try VersionKnowledge.embedded()
        pages = try UpstreamPage.all()
        self.day = day
        self.mirror = mirror
        self.read = read
        for name in Self.names { files[name] = DataLines(try Self.text(name)) }
    }

    /// Reads the pages and compares.
    ///
    /// - Parameters:
    ///   - day: the day that is written beside what changes.
    ///   - mirror: where to read instead of upstream; `nil` for upstream.
    ///   - read: reads a page.
    /// - Returns: the proposal, and what was refused.
    /// - Throws: `VersionDataError` when the proposal could not be read back; a mistake of ours.
    public static func run(
        day: CalendarDay,
        mirror: String? = nil,
        read: @escaping @Sendable (String) async throws(PageError) -> String
    ) async throws(VersionDataError) -> Report {
        var sync = try VersionSync(day: day, mirror: mirror, read: read)
        await sync.compareKubernetes()
        await sync.compareCalico()
        await sync.compareHelm()
        return try sync.finished()
    }

    /// Reads and parses a page; what is wrong with it is noted, and nothing comes of it.
    mutating func page<Value>(
        _ id: UpstreamPage.ID,
        of release: MinorRelease? = nil,
        _ parse: (String) throws(PageError) -> Value
    ) async -> (value: Value, url: String)? {
        guard let page = pages.first(where: { $0.id == id }) else { return nil }
        let url = page.address(of: release, mirror: mirror)
        do {
            return (try parse(try await read(url)), page.address(of: release))
        } catch {
            report.refused.append(Refusal(page: id, url: url, error: error))
            return nil
        }
    }

    /// Sets a value of a release, and says so.
    mutating func set(
        _ file: String,
        _ release: MinorRelease,
        _ path: [String],
        from old: String?,
        to new: String,
        _ url: String
    ) {
        guard old != new else { return }
        files[file]?.set(release, path, to: new)
        stamp(file, release, url)
        let address = ([String(file.dropLast(".yaml".count)), "\(release)"] + path.map(FactRoot.word)).joined(
            separator: "/"
        )
        report.changes.append("\(address): \(old ?? "nothing") → \(new)  (\(url))")
    }

    /// Writes beside a release when it was read, and where.
    mutating func stamp(_ file: String, _ release: MinorRelease, _ url: String) {
        files[file]?.set(release, ["as_of"], to: day.description)
        let source = "  - \(DataLines.quoted("\(url) (\(day))"))"
        guard files[file]?.has(release, source) == false else { return }
        files[file]?.append(release, below: "sources", [source])
    }

    private func finished() throws(VersionDataError) -> Report {
        var report = report
        var nodes: [String: String] = [:]
        for name in Self.names {
            let old = try Self.text(name)
            let new = files[name]?.text ?? old
            nodes[name] = new
            report.diff += UnifiedDiff.between("\(Self.directory)/\(name)", old: old, new: new)
        }
        // What cannot be read back is no proposal.
        _ = try VersionKnowledge(FactTree(texts: nodes))
        return report
    }

    private static func text(_ name: String) throws(VersionDataError) -> String {
        guard let bytes = VersionData.bytes(of: name) else { throw .missing(file: name) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
