/// A secret that stands alone in a file of the operator's machine.
public enum SecretFile {
    /// Reads the secret: the file's text without the white space around it.
    ///
    /// - Throws: `AccessError.localFile` for a file that is not there, cannot be read, or is more than one line.
    public static func read(_ path: String) throws(AccessError) -> String {
        let bytes: [UInt8]?
        do throws(JournalError) {
            bytes = try FileSystem.read(path, followsLinks: true, limit: 65_536)
        } catch {
            throw .localFile(path: path, reason: "the secret cannot be read")
        }
        guard let bytes else { throw .localFile(path: path, reason: "there is no such file; it should hold a secret") }
        let secret = String(decoding: bytes, as: UTF8.self).trimmingNewlines()
        guard !secret.isEmpty, !secret.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .localFile(path: path, reason: "it does not hold one line with a secret") }
        return secret
    }
}
