import Foundation
import Yams

/// Reads a playbook, or says with file, line and column why it is none.
public enum PlaybookDecoder {
    /// Reads `text`; reports every error that it can see at once.
    ///
    /// `ssh.config` is taken relative to the directory of `file`; `~/` is the home directory. No file is read.
    /// - Parameters:
    ///   - text: the YAML text.
    ///   - file: the path it was read from, for errors and relative paths.
    ///   - home: the home directory; `nil` for the user's own.
    /// - Returns: the playbook; an absent key has the value that `Playbook.init` gives it.
    /// - Throws: `PlaybookError`, `.several` when more than one thing is wrong.
    public static func decode(
        _ text: String,
        file: String,
        home: String? = nil
    ) throws(PlaybookError) -> Playbook {
        let root = try compose(text, file: file)
        let problems = PlaybookProblems(file: file)
        let place = problems.place(of: root)
        guard let mapping = root.mapping else {
            let found = root.sequence == nil ? "a single value" : "a list"
            throw .notAMapping(found: found, at: place)
        }
        let top = PlaybookSection(mapping, path: "", title: "", place: place, problems: problems)
        let home = home ?? FileManager.default.homeDirectoryForCurrentUser.path
        let playbook = PlaybookReading(top: top, directory: directory(of: file), home: home).playbook()
        if let error = problems.error { throw error }
        guard let playbook else {
            preconditionFailure("a playbook that could not be read has no error")
        }
        return playbook
    }

    /// No playbook is near it: ten thousand hosts take half of it.
    private static let sizeLimit = 1 << 20

    private static func compose(_ text: String, file: String) throws(PlaybookError) -> Node {
        let start = PlaybookLocation(file: file, line: 1, column: 1)
        let bytes = text.utf8.count
        guard bytes <= sizeLimit else { throw .tooLarge(bytes: bytes, limit: sizeLimit, at: start) }
        if let place = tooManyAliases(text, file) { throw .tooManyAliases(limit: aliasLimit, at: place) }
        let node: Node?
        do {
            // Nesting needs no limit here: libyaml stops at 1,000 (Yams 6.2.2, CYaml/src/parser.c:67).
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw PlaybookError(error, file: file)
        } catch {
            throw .syntax(reason: "\(error)", at: start)
        }
        guard let node else { throw .empty(at: start) }
        if let scalar = node.scalar, PlaybookScalar(scalar).kind == .null { throw .empty(at: start) }
        return node
    }

    /// No playbook needs one.
    ///
    /// Sixteen, each of them within the next, stand for some hundred copies of the first: that is no work, while nine
    /// lines of ten are a thousand million copies.
    private static let aliasLimit = 16

    /// Where the first alias too many stands.
    ///
    /// Looks at the text, before the parser copies what the aliases stand for. A star within a quoted text or a comment
    /// may count as well.
    private static func tooManyAliases(_ text: String, _ file: String) -> PlaybookLocation? {
        var place = PlaybookLocation(file: file, line: 1, column: 1)
        var count = 0
        var before: Unicode.Scalar = "\n"
        var isStar = false
        for scalar in text.unicodeScalars {
            let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isStar, isWord || scalar == "_" || scalar == "-" {
                count += 1
                if count > aliasLimit {
                    place.column -= 1
                    return place
                }
            }
            // `2*a` and `"*a"` are text.
            let isInText = before.isASCII && before.properties.isAlphabetic || ("0"..."9").contains(before)
            isStar = scalar == "*" && !isInText && before != "\"" && before != "'"
            before = scalar
            place.column += 1
            if scalar == "\n" {
                place.line += 1
                place.column = 1
            }
        }
        return nil
    }

    private static func directory(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "" }
        return String(file[...slash])
    }
}

extension PlaybookError {
    /// Keeps the place that the parser names.
    fileprivate init(_ error: YamlError, file: String) {
        func at(_ mark: Mark) -> PlaybookLocation {
            PlaybookLocation(file: file, line: mark.line, column: mark.column)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let reason = context.map { "\($0.text) at line \($0.mark.line): \(problem)" } ?? problem
            self = .syntax(reason: reason, at: at(mark))
        case .duplicatedKeysInMapping(let keys, let context):
            self = .duplicateKey(keys.first ?? "", other: nil, at: at(context.mark))
        case .reader(let problem, let offset, _, let text):
            let before = text.prefix(offset ?? 0)
            let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
            let column = (lines.last?.unicodeScalars.count ?? 0) + 1
            self = .syntax(
                reason: problem,
                at: PlaybookLocation(file: file, line: max(1, lines.count), column: column)
            )
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            self = .syntax(reason: error.description, at: PlaybookLocation(file: file, line: 1, column: 1))
        }
    }
}
