import FoundationEssentials

/// Reads what `ObjectScripts.helm` prints; of a release only the names of its objects are kept.
enum HelmReading {
    static func manifests(_ text: String) throws(ReadingError) -> [HelmManifest] {
        let lines = text.split(separator: "\n")
        guard lines.last == "end" else { throw .unreadable("the end is missing") }
        var manifests: [HelmManifest] = []
        for line in lines.dropLast() {
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            let whose = words[0].split(separator: "/", maxSplits: 1)
            guard words.count >= 3, let helm = whose.first.flatMap({ Int($0) }) else {
                throw .unreadable("not a release")
            }
            let data = words.count == 4 ? Data(base64Encoded: String(words[3])) ?? Data() : Data()
            manifests.append(
                HelmManifest(
                    helm: helm,
                    namespace: String(words[1]),
                    name: String(words[2]),
                    objects: manifest(of: data, helm: helm).map(ManifestText.references),
                    storage: whose.count == 2 ? HelmStorage(rawValue: String(whose[1])) : nil
                )
            )
        }
        return manifests
    }

    private static func manifest(of data: Data, helm: Int) -> String? {
        guard !data.isEmpty else { return nil }
        // A store that somebody filled by hand may hold the bare text.
        if helm == 2 { return field(manifestField, of: Array(data)) ?? bareText(data) }
        return HostJSON.value(Release.self, String(decoding: data, as: UTF8.self))?.manifest
    }

    private static func bareText(_ data: Data) -> String? {
        let text = String(decoding: data, as: UTF8.self)
        return ManifestText.references(text).isEmpty ? nil : text
    }

    private struct Release: Decodable {
        var manifest: String
    }

    /// > string manifest = 5;  (helm v2.16 _proto/hapi/release/release.proto)
    private static let manifestField: UInt64 = 5

    /// The text of a length-delimited field at the top of a protobuf message; `nil` where the message is not one.
    ///
    /// - Source: protobuf encoding guide: a key is `(field << 3) | wire type`; types 0, 1, 2 and 5 are in use.
    private static func field(_ number: UInt64, of bytes: [UInt8]) -> String? {
        var index = 0
        func variable() -> UInt64? {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while index < bytes.count, shift < 64 {
                let byte = bytes[index]
                index += 1
                value |= UInt64(byte & 0x7f) << shift
                if byte & 0x80 == 0 { return value }
                shift += 7
            }
            return nil
        }
        while index < bytes.count {
            guard let key = variable() else { return nil }
            switch key & 7 {
            case 0: guard variable() != nil else { return nil }
            case 1: index += 8
            case 5: index += 4
            case 2:
                guard let length = variable(), length <= UInt64(bytes.count - index) else { return nil }
                let end = index + Int(length)
                if key >> 3 == number { return String(decoding: bytes[index..<end], as: UTF8.self) }
                index = end
            default: return nil
            }
        }
        return ""
    }
}
