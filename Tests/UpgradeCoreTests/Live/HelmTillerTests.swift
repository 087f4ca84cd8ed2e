import Foundation
import Testing

@testable import UpgradeCore

@Suite("Where a Tiller keeps its releases")
struct HelmTillerTests {
    private func tiller(_ command: [String], _ arguments: [String] = []) throws -> HelmTiller {
        let words = try [command, arguments].map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let text = """
            {"metadata": {"name": "tiller-deploy", "namespace": "ops"}, "spec": {"template": {"spec": {"containers": [
              {"name": "proxy", "image": "p:1", "args": ["--storage=memory"]},
              {"name": "tiller", "image": "tiller:v2.16.7", "command": \(words[0]), "args": \(words[1])}]}}}}
            """
        return try #require(try JSONDecoder().decode(HelmObject.self, from: Data(text.utf8)).tiller)
    }

    @Test("its command line says it, in each way that Go's flags are written, and configmap is the default")
    func words() throws {
        #expect(try tiller(["/tiller"]).storage == .configMap)
        #expect(try tiller(["/tiller"]) == HelmTiller(namespace: "ops", image: "tiller:v2.16.7"))
        #expect(try tiller(["/tiller", "--listen=:44134", "--storage=secret"]).storage == .secret)
        #expect(try tiller(["/tiller"], ["-storage", "secret"]).storage == .secret)
        #expect(try tiller(["/tiller", "--storage=secret"], ["--storage", "configmap"]).storage == .configMap)
        #expect(try tiller(["/tiller", "--storage-of-others=secret"]).storage == .configMap)
    }

    @Test("what is no object of the API is named and taken for none", arguments: ["sql", "memory", "configmaps", ""])
    func elsewhere(driver: String) throws {
        for words in [["--storage=\(driver)"], ["-storage=\(driver)"], ["--storage", driver]] {
            let found = try tiller(["/tiller"], words)
            #expect(found.storage == nil && found.driver == driver)
        }
    }
}
