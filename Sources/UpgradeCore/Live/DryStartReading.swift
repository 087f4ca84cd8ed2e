/// Reads what `HostScripts.dryStart` prints.
enum DryStartReading {
    static func result(_ text: String) throws(ReadingError) -> DryStartResult {
        var found = DryStartResult()
        var isWhole = false
        for line in text.split(separator: "\n") {
            if line.first == " " {
                guard let last = found.trials.indices.last else {
                    throw .unreadable("no trial before \(line.prefix(80))")
                }
                add(line.dropFirst(), to: &found.trials[last])
                continue
            }
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            switch (words.first ?? "", words.count) {
            case ("archive", 2):
                guard let package = PackageSpec(word: words[1]) else { throw .unreadable("not a package: \(words[1])") }
                found.archives.append(package)
            case ("trial", 3):
                guard let status = Int32(words[2]) else { throw .unreadable("no exit status: \(line.prefix(80))") }
                found.trials.append(.init(unit: words[1], status: status, version: nil))
            case ("elsewhere", 3): found.elsewhere[words[1]] = words[2]
            case ("end", 1): isWhole = true
            default: throw .unreadable("not a line of a dry-start: \(line.prefix(80))")
            }
        }
        guard isWhole else { throw .unreadable("the end is missing") }
        return found
    }

    private static func add(_ line: Substring, to trial: inout DryStartResult.Trial) {
        let words = line.split(separator: " ")
        if words.count == 2, words[0] == "Kubernetes", let version = KubernetesVersion(String(words[1])) {
            trial.version = version
        }
        trial.output += (trial.output.isEmpty ? "" : "\n") + Redaction.redact(String(line))
    }
}
