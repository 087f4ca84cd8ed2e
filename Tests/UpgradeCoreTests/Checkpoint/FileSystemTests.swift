import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("The file operations of the state directory")
struct FileSystemTests {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    private func bytes(_ name: String) throws -> [UInt8]? {
        try FileSystem.read("\(scratch.path)/\(name)")
    }

    @Test("a symbolic link is not followed")
    func link() throws {
        try scratch.write(Data("x".utf8), to: "file")
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.path)/link",
            withDestinationPath: "\(scratch.path)/file"
        )
        #expect(throws: JournalError.self) { _ = try bytes("link") }
        #expect(try FileSystem.read("\(scratch.path)/link", followsLinks: true) == Array("x".utf8))
    }

    @Test("a pipe or a directory in the place of a file is named, and not waited for", .timeLimit(.minutes(1)))
    func notAFile() throws {
        try #require(mkfifo("\(scratch.path)/pipe", 0o600) == 0)
        try FileManager.default.createDirectory(atPath: "\(scratch.path)/directory", withIntermediateDirectories: false)
        for (name, kind) in [("pipe", "a pipe"), ("directory", "a directory")] {
            let path = "\(scratch.path)/\(name)"
            #expect(throws: JournalError.notOurs(path: path, reason: "it is \(kind), not a file")) {
                _ = try FileSystem.read(path)
            }
        }
    }

    @Test("a file is replaced as a whole: whoever has the old one open keeps it")
    func replace() throws {
        let path = "\(scratch.path)/file"
        try LocalDisk().replace(path, with: Array("old".utf8))
        try FileManager.default.linkItem(atPath: path, toPath: "\(scratch.path)/held")
        try LocalDisk().replace(path, with: Array("new".utf8))
        #expect(try bytes("file") == Array("new".utf8))
        #expect(try bytes("held") == Array("old".utf8))
        #expect(try bytes("file.tmp") == nil)
    }

    @Test("a replacement that fails leaves nothing behind")
    func failedReplace() throws {
        try FileManager.default.createDirectory(atPath: "\(scratch.path)/file/x", withIntermediateDirectories: true)
        #expect(throws: JournalError.self) { try LocalDisk().replace("\(scratch.path)/file", with: Array("x".utf8)) }
        #expect(try bytes("file.tmp") == nil)
    }

    @Test(
        "the directory above a path is found, whatever its length and slashes",
        arguments: [
            ("q", ""), ("/", "/"), ("/q", "/"), ("a/q", "a"), ("a//q//", "a"), ("./q", "."), ("/a/b/c", "/a/b"),
            ("", ""),
            ("state", ""), ("//q", "/"),
        ]
    )
    func parent(path: String, above: String) {
        #expect(FileSystem.parent(of: path) == above)
    }
}
