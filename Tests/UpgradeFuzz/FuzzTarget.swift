internal import Foundation
internal import UpgradeCore
internal import UpgradeHelm
internal import UpgradeKnowledge
internal import UpgradeSSH
internal import UpgradeTorture

/// A reader of what comes from outside, given bytes that nobody promised anything about: it may refuse them, and must not crash.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A playbook.
    case playbook
    /// What programs on hosts print: kubectl, dpkg, etcdctl, systemctl, calicoctl. The first byte chooses the question.
    case answers
    /// A run's journal.
    case journal
    /// Records as the journal keeps them, without its hashes, and the state that they add up to.
    case records
    /// A `known_hosts` file.
    case knownHosts = "known-hosts"
    /// What Helm stores of a release.
    case helm
    /// Names that an operator types: steps, versions, days, silences.
    case names

    /// Something was read that was not there.
    public struct Broken: Error, CustomStringConvertible {
        /// What.
        public var description: String
    }

    /// Reads the bytes.
    ///
    /// - Throws: `Broken` where what was read cannot be so.
    public func take(_ bytes: [UInt8]) async throws(Broken) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch self {
        case .playbook: try Self.playbook(text)
        case .answers: try await Self.answer(bytes)
        case .journal: Self.journal(bytes)
        case .records: try Self.records(text)
        case .knownHosts: try Self.knownHosts(text)
        case .helm: Self.helm(text)
        case .names: try Self.names(text)
        }
    }

    /// An error of a playbook says where.
    private static func playbook(_ text: String) throws(Broken) {
        do throws(PlaybookError) {
            _ = try PlaybookDecoder.decode(text, file: "p.yaml", home: "/root")
        } catch {
            guard "\(error)".contains("p.yaml") else {
                throw Broken(description: "an error without its place: \(error)")
            }
        }
    }

    private static func journal(_ bytes: [UInt8]) {
        let directory = RunDirectory(path: "run")
        _ = try? directory.history(on: ReadOnlyDisk(files: ["run/journal.jsonl": bytes]))
        _ = try? directory.plan(on: ReadOnlyDisk(files: ["run/plan.json": bytes]))
    }

    /// A record that is read is written as it was read.
    private static func records(_ text: String) throws(Broken) {
        let records = text.split(separator: "\n").compactMap { try? JSON.decode(Record.self, from: Data($0.utf8)) }
        for record in records {
            let again = (try? JSON.line(record)).flatMap { try? JSON.decode(Record.self, from: $0) }
            guard again == record else { throw Broken(description: "\(record) is not read as it is written") }
        }
        _ = MemoryRecorder(records).state
    }

    /// The key of GitHub's servers, as they advertise it.
    private static let key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

    /// Nobody is trusted whose key is not in the file.
    private static func knownHosts(_ text: String) throws(Broken) {
        guard let key = HostKey(base64: key) else { throw Broken(description: "the key of this test is none") }
        var hosts = KnownHosts()
        hosts.add(text, file: "known_hosts")
        for port in [22, 2222] where hosts.verdict(host: "cp1.example.org", port: port, key: key) == .trusted {
            guard text.contains(Self.key) else { throw Broken(description: "a key is trusted that is not there") }
        }
    }

    private static func helm(_ text: String) {
        for storage in HelmStorage.allCases {
            let stored = StoredHelmObject(storage: storage, namespace: "shop", name: "web.v1", data: text)
            _ = HelmFormat().record(stored, compares: true)
            _ = HelmFormat().secret(stored, compares: true)
        }
    }

    /// A name that is taken is written as it was, or is taken in the form in which it is written.
    private static func names(_ text: String) throws(Broken) {
        try same(text) { StepKey($0) }
        try same(text) { MinorRelease($0) }
        try same(text) { PatchVersion($0) }
        try same(text) { PackageVersion($0) }
        try same(text) { HopID($0) }
        try same(text) { CalendarDay($0) }
        _ = AlertMatcher(text)
    }

    private static func same<Name: Equatable & CustomStringConvertible>(
        _ text: String,
        _ read: (String) -> Name?
    ) throws(Broken) {
        guard let name = read(text) else { return }
        guard read(name.description) == name else {
            throw Broken(description: "\(text) becomes \(name), which is another")
        }
    }
}
