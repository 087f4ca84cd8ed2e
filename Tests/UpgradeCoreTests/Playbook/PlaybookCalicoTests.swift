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

    @Test("a move of its data to the Kubernetes API is refused, with where the fact and its source stand")
    func kubernetes() throws {
        let refusal = try #require(PlaybookTexts.errors(of: text("{at: \"1.12\", to: kubernetes}")).first)
        #expect(refusal.contains("calico.datastore-migration.to") && refusal.contains("kubernetes"))
        #expect(refusal.contains("upgrader explain calico/datastore-migration-etcdv3-to-kdd"))
        #expect(PlaybookTexts.errors(of: text("{at: \"1.12\", to: etcdv3}")).isEmpty)
    }

    @Test("a unit takes the place of the DaemonSet, with its packages; both together are refused")
    func unit() throws {
        func text(_ more: String) -> String {
            PlaybookTexts.smallest("calico: {versions: {\"1.12\": {package: 2.6.12-1, tag: v2.6.12}}\(more)}")
        }
        let named = text(", unit: calico-node, packages: [calico-node, calicoctl]")
        let options = try PlaybookDecoder.decode(named, file: "p.yaml", home: "/home/op").calico
        #expect(options?.unit == "calico-node" && options?.versionPackage == "calico-node")
        let plain = try PlaybookDecoder.decode(text(""), file: "p.yaml", home: "/home/op").calico
        #expect(plain?.unit == nil && plain?.versionPackage == "calicoctl")
        #expect(PlaybookTexts.errors(of: text(", unit: calico-node")).first?.contains("calico.packages") == true)
        #expect(options?.isContainer == false && plain?.isContainer == true)
        for key in ["daemonset: calico-node", "container: calico-node", "pull: docker"] {
            let both = text(", unit: calico-node, packages: [calico-node], \(key)")
            let refusal = try #require(PlaybookTexts.errors(of: both).first, "\(key) beside the unit")
            #expect(refusal.contains("calico.\(key.prefix { $0 != ":" })") && refusal.contains("`calico.unit`"))
        }
        #expect(PlaybookTexts.errors(of: text(", unit: ../x, packages: [calico-node]")).count == 1)
    }

    @Test("the image that a unit starts is fetched by docker unless it is said; without one nothing is")
    func unitImage() throws {
        func calico(_ more: String) throws -> CalicoOptions? {
            let unit = "calico: {versions: {\"1.12\": {package: 2.6.12-1, tag: v2.6.12}}, unit: calico-node"
            let text = "\(unit), packages: [calico-node]\(more)}"
            return try PlaybookDecoder.decode(PlaybookTexts.smallest(text), file: "p.yaml", home: "/home/op").calico
        }
        #expect(try calico("")?.fetchesImage == false)
        let named = try calico(", image: quay.io/calico/node")
        #expect(named?.fetchesImage == true && named?.imageClient == .docker)
        #expect(try calico(", image: quay.io/calico/node, pull: ctr")?.imageClient == .ctr)
        #expect(try calico(", image: quay.io/calico/node, pull: none")?.fetchesImage == false)
    }

    @Test("who fetches images is found on the host unless it is said; Typha is there where it is named")
    func roll() throws {
        func calico(_ more: String) throws -> CalicoOptions? {
            let text = "calico: {versions: {\"1.12\": {package: 3.5.8-1, tag: v3.5.8}}\(more)}"
            return try PlaybookDecoder.decode(PlaybookTexts.smallest(text), file: "p.yaml", home: "/home/op").calico
        }
        let plain = try calico("")
        #expect(plain?.pull == nil && plain?.typha == nil)
        #expect(try calico(", pull: none")?.pull == .never && ImagePull.never.client == nil)
        #expect(try calico(", pull: ctr")?.pull?.client == .ctr)
        let typha = try calico(", typha: {deployment: t}")?.typha
        #expect(typha == TyphaOptions(deployment: "t", container: "calico-typha", image: "calico/typha"))
        #expect(throws: PlaybookError.self) { try calico(", pull: podman") }
    }
}
