/// Reads what `HostScripts.conffiles` prints.
enum ConffileReading {
    static func survey(_ text: String) throws(ReadingError) -> ConffileSurvey {
        var found = ConffileSurvey()
        var isWhole = false
        for line in text.textLines where !line.isEmpty {
            if line.utf8.first == UInt8(ascii: " ") {
                guard let last = found.contested.indices.last else {
                    throw .unreadable("no conffile before \(line.prefix(80))")
                }
                found.contested[last].difference.append(Redaction.redact(String(Substring(line.utf8.dropFirst()))))
                continue
            }
            let words = line.split(separator: " ", maxSplits: 6).map(String.init)
            switch (words.first ?? "", words.count) {
            case ("archive", 2):
                guard let package = PackageSpec(word: words[1]) else { throw .unreadable("not a package: \(words[1])") }
                found.archives.append(package)
            case ("conffile", 7): found.contested.append(try conffile(words))
            case ("end", 1): isWhole = true
            default: throw .unreadable("not a line about conffiles: \(line.prefix(80))")
            }
        }
        guard isWhole else { throw .unreadable("the end is missing") }
        return found
    }

    private static func conffile(_ words: [String]) throws(ReadingError) -> Conffile {
        guard let next = try sum(words[4]) else { throw .unreadable("the new package has no \(words[6])") }
        var conffile = Conffile(
            package: words[1],
            path: words[6],
            shipped: try sum(words[2]),
            present: try sum(words[3]),
            next: next
        )
        if conffile.present == nil {
            conffile.problem = "it was removed on the host"
            return conffile
        }
        if conffile.shipped == nil {
            conffile.problem = "the installed package brought no such file"
            return conffile
        }
        switch words[5] {
        case "conflict": conffile.problem = "both have changed the same lines"
        case "no-base": conffile.problem = "what the installed package brought is not kept on the host"
        default: conffile.merged = try sum(words[5])
        }
        return conffile
    }

    /// An MD5 in hexadecimal; `nil` for a dash.
    private static func sum(_ word: String) throws(ReadingError) -> String? {
        if word == "-" { return nil }
        guard word.utf8.count == 32, word.allSatisfy(\.isHexDigit) else { throw .unreadable("not an MD5: \(word)") }
        return word
    }
}

extension PackageSpec {
    /// Reads `NAME=VERSION`; `nil` for anything else.
    init?(word: String) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let version = PackageVersion(parts[1]) else { return nil }
        self.init(name: parts[0], version: version)
    }
}
