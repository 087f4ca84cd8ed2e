internal import UpgradeCore
internal import Yams

/// Looks into a daemon's `--config` file.
struct ConfigurationFile {
    private let file: HostConfiguration.File
    private let host: String

    init(_ file: HostConfiguration.File, on host: String) {
        self.file = file
        self.host = host
    }

    /// A plain value at the top of the file, with its line; `nil` where there is none, or an empty one.
    func value(of name: String) -> (text: String, place: Finding.Place)? {
        guard let root = (try? Yams.compose(yaml: file.text)) ?? nil, let node = root[name], let text = node.string,
            !text.isEmpty
        else { return nil }
        return (text, Finding.Place(host: host, file: file.path, line: node.mark?.line))
    }

    /// The gates below `featureGates`, with the lines that name them.
    var featureGates: [(name: String, isOn: Bool, place: Finding.Place)] {
        // A file that is no YAML stops its daemon today already.
        guard let root = (try? Yams.compose(yaml: file.text)) ?? nil, let gates = root["featureGates"]?.mapping else {
            return []
        }
        return gates.compactMap { key, value in
            guard let name = key.string else { return nil }
            let place = Finding.Place(host: host, file: file.path, line: key.mark?.line)
            return (name, value.string?.lowercased() != "false", place)
        }
    }
}
