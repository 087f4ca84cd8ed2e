/// The file of a playbook.
public enum PlaybookFile {
    /// Why it cannot be read, in a few words for a person.
    public struct Unreadable: Error, Hashable, Sendable {
        /// The reason.
        public var reason: String
    }

    /// More than a playbook may have; that is told with its place when it is decoded.
    private static let limit = 4 << 20

    /// Reads the text; waits for nobody who might write it.
    ///
    /// - Parameter path: may be a symbolic link.
    /// - Returns: the text; what is no UTF-8 in it is replaced.
    /// - Throws: `Unreadable` when there is no such file, it is something else, too large, or the system refuses.
    public static func read(_ path: String) throws(Unreadable) -> String {
        do {
            guard let bytes = try FileSystem.read(path, followsLinks: true, limit: limit) else {
                throw Unreadable(reason: "there is no such file")
            }
            return String(decoding: bytes, as: UTF8.self)
        } catch let JournalError.system(_, _, reason) {
            throw Unreadable(reason: reason == "Permission denied" ? "permission is denied" : reason)
        } catch let JournalError.notOurs(_, reason) {
            throw Unreadable(reason: reason)
        } catch let error as Unreadable {
            throw error
        } catch {
            throw Unreadable(reason: "\(error)")
        }
    }
}
