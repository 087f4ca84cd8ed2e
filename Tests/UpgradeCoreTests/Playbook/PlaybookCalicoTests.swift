import Testing
import UpgradeCore

@Suite("Calico in a playbook")
struct PlaybookCalicoTests {
    private func text(_ migration: String, host: String = "m1") -> String {
        PlaybookTexts.smallest(
            """
            calico:
              versions: {"1.12": {package: 3.5.8-1, tag: v3.5.8}}
              host: \(host)
              datastore-migration: \(migration)
            """
        )
    }

    @Test("the move of Calico's data is off unless it is asked for, and knows where calico-upgrade looks")
    func migration() throws {
        let release = try #require(MinorRelease("1.12"))
        let decode = { try PlaybookDecoder.decode($0, file: "p.yaml", home: "/home/op") }
        let plain = try decode(
            PlaybookTexts.smallest("calico: {versions: {\"1.12\": {package: 3.5.8-1, tag: v3.5.8}}}")
        )
        #expect(plain.calico?.migration == nil && plain.calicoHost == "m1" && plain.calicoStoreHost == "e1")
        #expect(try decode(text("{at: \"1.12\"}", host: "e1")).calicoHost == "e1")
        #expect(try decode(text("{at: \"1.12\"}")).calico?.migration == CalicoMigrationOptions(at: release))
        let named = try decode(text("{at: \"1.12\", etcdv2: /a, etcdv3: /b}")).calico?.migration
        #expect(named == CalicoMigrationOptions(at: release, oldConfiguration: "/a", newConfiguration: "/b"))
    }

    @Test("it needs a release at which Calico is moved, and a host that there is")
    func errors() {
        #expect(
            PlaybookTexts.errors(of: text("{at: \"1.13\"}")).first?.contains("a release of `calico.versions`") == true
        )
        #expect(PlaybookTexts.errors(of: text("{}")).first?.contains("datastore-migration.at") == true)
        #expect(PlaybookTexts.errors(of: text("{at: \"1.12\"}", host: "m9")).first?.contains("calico.host") == true)
        #expect(PlaybookTexts.errors(of: text("{at: \"1.12\", etcdv2: a}")).count == 1)
    }
}
