/// What durability needs of a disk: the seam below the journal.
///
/// The disk of this machine and a simulated one that loses what was not synced conform to it. Every operation either
/// takes place or throws; none follows a symbolic link in the last place.
public protocol Disk: Sendable {
    /// Reads a whole file; `nil` when there is none.
    func read(_ path: String) throws(JournalError) -> [UInt8]?

    /// Opens a file, made where there is none, whose writes go to its end; refuses one that another process writes.
    func append(to path: String) throws(JournalError) -> any DiskFile

    /// Opens a file that is there, whose writes replace its first bytes.
    func overwrite(_ path: String) throws(JournalError) -> any DiskFile

    /// Makes a file, mode 0600, in the place of one that is there.
    func create(_ path: String) throws(JournalError) -> any DiskFile

    /// Gives a file another name, in the place of one that has it.
    func rename(_ path: String, to newPath: String) throws(JournalError)

    /// Removes a file, if it is there.
    func remove(_ path: String)

    /// Makes the entries of the directory that holds `path` durable.
    func syncDirectory(of path: String) throws(JournalError)

    /// Makes a directory and those above it, mode 0700.
    func makeDirectory(_ path: String) throws(JournalError)

    /// The names in a directory, in order; empty where it cannot be read.
    func names(in directory: String) -> [String]
}

/// A file that is open for writing; closed when it is let go of.
public protocol DiskFile: AnyObject {
    /// Writes all bytes, or throws after some of them.
    func write(_ bytes: [UInt8]) throws(JournalError)

    /// Cuts the file off behind its first `size` bytes.
    func truncate(to size: Int) throws(JournalError)

    /// Makes what was written durable.
    func sync() throws(JournalError)
}

extension Disk {
    /// Replaces a file as a whole: temporary file, fsync, rename, fsync of the directory; mode 0600.
    ///
    /// - Throws: `JournalError`; the file is then as it was, or wholly the new one.
    public func replace(_ path: String, with bytes: some Collection<UInt8>) throws(JournalError) {
        let temporary = path + ".tmp"
        do throws(JournalError) {
            let file = try create(temporary)
            try file.write(Array(bytes))
            try file.sync()
        } catch {
            remove(temporary)
            throw error
        }
        do throws(JournalError) {
            try rename(temporary, to: path)
        } catch {
            remove(temporary)
            throw error
        }
        try syncDirectory(of: path)
    }
}
