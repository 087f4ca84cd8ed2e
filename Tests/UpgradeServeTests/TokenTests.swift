import Foundation
import Testing
import UpgradeServe
import UpgradeTestSupport

@Suite("The token")
struct TokenTests {
    private let scratch: ScratchDirectory
    private var path: String { scratch.path + "/token" }

    init() throws { scratch = try ScratchDirectory() }

    private func write(_ text: String, mode: mode_t = 0o600) throws {
        try scratch.write(Data(text.utf8), to: "token")
        chmod(path, mode)
    }

    private func reason(_ body: () throws -> AccessToken) -> String? {
        do {
            _ = try body()
            return nil
        } catch ServeError.tokenFile(_, let reason) {
            return reason
        } catch {
            return "\(error)"
        }
    }

    @Test("each has 256 bits of its own, and is nowhere when it is printed")
    func random() {
        let many = (0..<200).map { _ in AccessToken() }
        #expect(Set(many.map(\.secret)).count == many.count)
        #expect(many.allSatisfy { $0.secret.wholeMatch(of: /[0-9a-f]{64}/) != nil })
        // A byte that is always the same would be one that was never drawn.
        for place in 0..<32 {
            let bytes = Set(many.map { $0.secret.dropFirst(place * 2).prefix(2) })
            #expect(bytes.count > 50, "byte \(place)")
        }
        #expect("\(many[0])" == "[redacted]")
    }

    @Test("a file is made for its owner alone whatever the umask, and read the next time")
    func kept() throws {
        let token = try AccessToken.kept(in: path)
        var entry = stat()
        #expect(stat(path, &entry) == 0)
        #expect(entry.st_mode & 0o777 == 0o600)
        #expect(try AccessToken.kept(in: path).secret == token.secret)
        #expect(String(decoding: try scratch.read("token"), as: UTF8.self) == token.secret + "\n")
    }

    @Test("a file that others may read, a link, a pipe and a file without a token are refused, and left as they are")
    func refused() throws {
        let good = String(repeating: "a", count: 32)
        try write(good, mode: 0o640)
        #expect(reason { try .kept(in: path) } == "others may read or change it (mode 640); 600 is wanted")
        #expect(String(decoding: try scratch.read("token"), as: UTF8.self) == good)
        for text in ["", "short", good + "\n" + good, good + "&x=1", String(repeating: "a", count: 600)] {
            try write(text)
            #expect(reason { try .kept(in: path) }?.hasPrefix("it has no token in it") == true, "\(text)")
        }
        try write(good)
        #expect(try AccessToken.kept(in: path).secret == good)
        try FileManager.default.createSymbolicLink(atPath: path + ".link", withDestinationPath: path)
        #expect(reason { try .kept(in: path + ".link") } == "it is a symbolic link")
        #expect(mkfifo(path + ".pipe", 0o600) == 0)
        #expect(reason { try .kept(in: path + ".pipe") } == "it is not a plain file")
        #expect(reason { try .kept(in: scratch.path) } != nil)
        #expect(reason { try .kept(in: scratch.path + "/no/such") } == "No such file or directory")
    }
}
