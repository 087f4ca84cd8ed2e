import Testing
import UpgradeServe

@Suite("Where is listened")
struct AddressTests {
    @Test("the two loopback addresses are taken, by number or as localhost")
    func loopback() throws {
        #expect(try LoopbackAddress("127.0.0.1:8080") == LoopbackAddress(.ip4, port: 8080))
        #expect(try LoopbackAddress("localhost:0") == LoopbackAddress(.ip4, port: 0))
        #expect(try LoopbackAddress("[::1]:65535").text == "[::1]:65535")
    }

    static let others = [
        "0.0.0.0", "[::]", "10.0.0.1", "192.168.1.1", "example.org", "localhost.example.org", "127.0.0.1.example.org",
        "127.0.0.2", "[::ffff:127.0.0.1]", "*",
    ]

    @Test("any other address is refused by its name", arguments: others)
    func elsewhere(name: String) {
        #expect(throws: ServeError.notLoopback(name)) { try LoopbackAddress("\(name):8080") }
    }

    @Test(
        "what is no address with a port is refused",
        arguments: ["", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "::1:80", ":80"]
    )
    func nonsense(text: String) {
        #expect(throws: ServeError.notAnAddress(text)) { try LoopbackAddress(text) }
    }
}
