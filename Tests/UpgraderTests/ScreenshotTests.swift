import Foundation
import Testing
import UpgradeTestSupport

@Suite("docs/images")
struct ScreenshotTests {
    private static let docs = Golden.root + "/docs"

    private static var there: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: docs + "/images")) }
    }

    @Test("every picture that a page shows is there, is a PNG below 200 kB, and has words for what is to be seen")
    func pictures() throws {
        let pages = try FileManager.default.contentsOfDirectory(atPath: Self.docs).filter { $0.hasSuffix(".md") }
        var shown: Set<String> = []
        for page in pages {
            let text = try String(contentsOfFile: "\(Self.docs)/\(page)", encoding: .utf8)
            for picture in text.matches(of: /!\[([^\]]*)\]\(images\/([^)]+)\)/) {
                let (words, path) = (picture.output.1, String(picture.output.2))
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Self.docs)/images/\(path)"))
                #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), "\(path)")
                #expect(bytes.count < 200_000, "\(path)")
                #expect(words.count > 20, "\(path)")
                shown.insert(path)
            }
        }
        #expect(try Self.there == shown, "a picture that no page shows, or one that is not there")
    }

    @Test("the script makes the pictures that are there, in the sizes of a terminal and of a telephone")
    func script() async throws {
        let scratch = try ScratchDirectory()
        let script = Golden.root + "/Scripts/screenshots"
        let listed = try await Program(script, ["--list"], in: scratch.path).wait()
        #expect(listed.code == 0, "\(listed.errors)")
        let names = Set(listed.output.split(separator: "\n").map(String.init))
        #expect(try Self.there == names)
        #expect(try await Program(script, ["--no-such"], in: scratch.path).wait().code == 64)
        for (name, width) in [("live-phone.png", 360), ("report-phone.png", 360), ("report-light.png", 1280)] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Self.docs)/images/\(name)"))
            // The width stands in the header, big-endian (PNG 1.2, 11.2.2 IHDR).
            #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == width, "\(name)")
        }
    }

    @Test("a terminal with colors becomes a picture of its size")
    func terminal() async throws {
        let scratch = try ScratchDirectory()
        try scratch.write(Data("\u{1B}[32mdone\u{1B}[0m <b> & 100 %\n".utf8), to: "terminal.ansi")
        let make =
            "aha --black --no-header < terminal.ansi > terminal.html"
            + " && python3 \"$0\" terminal terminal.html 80 24 terminal.png"
        let picture = Golden.root + "/Scripts/screenshots.py"
        let made = try await Program("/usr/bin/env", ["sh", "-c", make, picture], in: scratch.path).wait()
        #expect(made.code == 0, "\(made.errors)")
        let bytes = try scratch.read("terminal.png")
        #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == 703)
        #expect(bytes[20..<24].reduce(0) { $0 << 8 | Int($1) } == 456)
        let html = String(decoding: try scratch.read("terminal.html"), as: UTF8.self)
        #expect(html.contains("color") && html.contains("&lt;b&gt; &amp;"))
    }
}
