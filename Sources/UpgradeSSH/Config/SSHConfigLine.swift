/// Splits a line of an SSH configuration into words.
enum SSHConfigLine {
    /// Returns the keyword and its arguments, nothing for a comment, `nil` where a quotation mark is not closed.
    static func words(_ line: Substring) -> [String]? {
        var words: [String] = []
        var word = ""
        var isInWord = false
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
                continue
            }
            switch character {
            case "\"", "'":
                quote = character
                isInWord = true
            case "#" where !isInWord:
                return words
            // `Keyword=value` and `Keyword = value` are both allowed; later equal signs belong to the value.
            case "=" where words.isEmpty && isInWord, "=" where words.count == 1 && !isInWord && word.isEmpty:
                if isInWord {
                    words.append(word)
                    word = ""
                    isInWord = false
                }
            case " ", "\t", "\r":
                if isInWord {
                    words.append(word)
                    word = ""
                    isInWord = false
                }
            default:
                word.append(character)
                isInWord = true
            }
        }
        guard quote == nil else { return nil }
        return isInWord ? words + [word] : words
    }
}

/// Patterns with `*`, `?` and `!`, as ssh_config(5) and sshd(8) use them for host names.
enum HostPattern {
    /// Whether a name fits one of the patterns and none of the negated ones.
    static func matches(_ patterns: [String], _ name: String) -> Bool {
        let name = Array(name.lowercased().utf8)
        var fits = false
        for pattern in patterns {
            if pattern.hasPrefix("!") {
                if matches(Array(pattern.dropFirst().lowercased().utf8)[...], name[...]) { return false }
            } else if matches(Array(pattern.lowercased().utf8)[...], name[...]) {
                fits = true
            }
        }
        return fits
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var pattern = pattern
        var name = name
        // Where to go on after the last star, should the rest not fit: linear, not exponential.
        var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
            } else if let byte = name.first, let expected = pattern.first,
                expected == UInt8(ascii: "?") || expected == byte
            {
                pattern = pattern.dropFirst()
                name = name.dropFirst()
            } else if name.isEmpty, pattern.isEmpty {
                return true
            } else if let last = retry, !last.name.isEmpty {
                pattern = last.pattern
                name = last.name.dropFirst()
                retry = (pattern, name)
            } else {
                return false
            }
        }
    }
}
