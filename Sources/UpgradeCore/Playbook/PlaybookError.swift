/// Why a playbook is not one.
public enum PlaybookError: Error, Hashable, Sendable {
    /// The file is larger than any playbook is.
    case tooLarge(bytes: Int, limit: Int, at: PlaybookLocation)
    /// The file repeats itself more often than any playbook does.
    case tooManyAliases(limit: Int, at: PlaybookLocation)
    /// The file holds nothing.
    case empty(at: PlaybookLocation)
    /// The text is not YAML.
    case syntax(reason: String, at: PlaybookLocation)
    /// The file holds something else than keys with values.
    case notAMapping(found: String, at: PlaybookLocation)
    /// A key that no playbook has.
    case unknownKey(String, suggestion: String?, known: [String], at: PlaybookLocation)
    /// A key that is there twice.
    case duplicateKey(String, other: PlaybookLocation?, at: PlaybookLocation)
    /// A key that must be there and is not.
    case missingKey(String, at: PlaybookLocation)
    /// A value of another kind than the key takes.
    case wrongType(key: String, expected: String, found: String, at: PlaybookLocation)
    /// A value that the key does not take.
    case invalidValue(key: String, value: String, expected: String, suggestion: String?, at: PlaybookLocation)
    /// A list without the entry that it must have.
    case emptyList(key: String, at: PlaybookLocation)
    /// A value that must be there once only.
    case repeated(key: String, value: String, other: PlaybookLocation, at: PlaybookLocation)
    /// A package that comes with two parts of the playbook, each of which would bring it to a version of its own.
    case packageOfTwo(String, key: String, other: String, at: PlaybookLocation)
    /// No host has a role that a cluster cannot be without.
    case noHost(Role, at: PlaybookLocation)
    /// The target is below the lowest release of the playbook.
    case pathGoesDown(from: MinorRelease, target: MinorRelease, at: PlaybookLocation)
    /// A release between the lowest and the target has no package version.
    case releaseMissing(MinorRelease, from: MinorRelease, target: MinorRelease, at: PlaybookLocation)
    /// A package version that belongs to another release than its key says.
    case releaseMismatch(MinorRelease, version: PackageVersion, at: PlaybookLocation)
    /// A component is moved at a release that the path does not arrive at.
    case notOnPath(key: String, release: MinorRelease, at: PlaybookLocation)
    /// More than one of the above, in the order of the file.
    case several([PlaybookError])

    /// Each single error, in the order of the file.
    public var all: [PlaybookError] {
        if case .several(let errors) = self { return errors.flatMap(\.all) }
        return [self]
    }

    /// Where it is; the first place for several.
    public var location: PlaybookLocation? {
        switch self {
        case .tooLarge(_, _, let place), .tooManyAliases(_, let place), .empty(let place), .notAMapping(_, let place),
            .syntax(_, let place),
            .unknownKey(_, _, _, let place), .duplicateKey(_, _, let place), .missingKey(_, let place),
            .wrongType(_, _, _, let place), .invalidValue(_, _, _, _, let place), .emptyList(_, let place),
            .repeated(_, _, _, let place), .packageOfTwo(_, _, _, let place), .noHost(_, let place),
            .pathGoesDown(_, _, let place),
            .releaseMissing(_, _, _, let place), .releaseMismatch(_, _, let place), .notOnPath(_, _, let place):
            place
        case .several(let errors):
            errors.first?.location
        }
    }
}

extension PlaybookError: CustomStringConvertible {
    /// `file:line:column: what is wrong`, one line for each error.
    public var description: String {
        switch self {
        case .several(let errors): errors.map(\.description).joined(separator: "\n")
        default: location.map { "\($0): \(reason)" } ?? reason
        }
    }

    private var reason: String {
        switch self {
        case .tooLarge(let bytes, let limit, _):
            "the playbook has \(bytes) bytes; the limit is \(limit)"
        case .tooManyAliases(let limit, _):
            "the playbook has more than \(limit) aliases (`*name`); write out what they stand for"
        case .empty:
            "the playbook is empty"
        case .notAMapping(let found, _):
            "the playbook is \(found); expected keys with values"
        case .syntax(let reason, _):
            "not YAML: \(reason)"
        case .unknownKey(let key, .some(let suggestion), _, _):
            "unknown key `\(Self.oneLine(key))`; did you mean `\(suggestion)`?"
        case .unknownKey(let key, .none, let known, _):
            "unknown key `\(Self.oneLine(key))`; the keys here are \(Self.list(known))"
        case .duplicateKey(let key, let other, _):
            other.map { "the key `\(key)` is there twice; the other is at \($0)" } ?? "the key `\(key)` is there twice"
        case .missingKey(let key, _):
            "the key `\(key)` is missing"
        case .wrongType(let key, let expected, let found, _):
            "`\(key)` is \(Self.oneLine(found)); expected \(expected)"
        case .invalidValue(let key, let value, let expected, let suggestion, _):
            "`\(key)` is `\(Self.oneLine(value))`; expected \(expected)"
                + (suggestion.map { "; did you mean `\($0)`?" } ?? "")
        case .emptyList(let key, _):
            "`\(key)` has no entry; it needs at least one"
        case .repeated(let key, let value, let other, _):
            "`\(key)` `\(value)` is there twice; the other is at \(other)"
        case .packageOfTwo(let package, let key, let other, _):
            "`\(key)` has `\(package)`, which comes with `\(other)`; a package has one version at a time: take it out of one"
        case .noHost(let role, _):
            "no host has the role `\(role.rawValue)`"
        case .pathGoesDown(let from, let target, _):
            "the target \(target) is below \(from), the lowest of `releases`; an upgrade does not go down"
        case .releaseMissing(let release, let from, let target, _):
            "`releases` has no package version for \(release) on the path from \(from) to \(target); "
                + "no release can be skipped"
        case .releaseMismatch(let release, let version, _):
            "`releases` has package version \(version) for \(release); it is not a version of \(release)"
        case .notOnPath(let key, let release, _):
            "`\(key)` names \(release), which no hop of `releases` arrives at"
        case .several(let errors):
            "\(errors.count) errors"
        }
    }

    /// Keeps an error on its line, whatever the playbook holds.
    private static func oneLine(_ text: String) -> String {
        let clean = text.unicodeScalars.prefix(100).map { scalar in
            if scalar.properties.generalCategory == .control { return " " }
            // What cannot be seen is named: it may turn round what stands beside it.
            return ScalarForm<String>.isPrintable(scalar)
                ? "\(scalar)" : "U+\(String(scalar.value, radix: 16, uppercase: true))"
        }
        return clean.joined() + (text.unicodeScalars.count > 100 ? "…" : "")
    }

    private static func list(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: ", ")
    }
}
