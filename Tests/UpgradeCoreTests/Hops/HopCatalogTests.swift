import Foundation
import Testing

@testable import UpgradeCore

@Suite("The hops are known")
struct HopCatalogTests {
    @Test("the hops lead from 1.12 to 1.16, one release at a time")
    func chain() throws {
        let hops = try HopCatalog.all().keys.sorted()
        #expect(hops.map(\.description) == ["1.12-1.13", "1.13-1.14", "1.14-1.15", "1.15-1.16"])
        for (hop, next) in zip(hops, hops.dropFirst()) { #expect(hop.to == next.from) }
    }

    @Test("every data file of the directory is embedded")
    func files() throws {
        let directory = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/UpgradeCore/Hops/Data")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(names == (try HopCatalog.all().keys.sorted().map { "\($0).yaml" }))
        for name in names {
            let bytes = try Data(contentsOf: directory.appending(path: name))
            let facts = try HopCatalog.decode(name, Array(bytes))
            #expect(facts == (try HopCatalog.facts(for: facts.hop)))
        }
    }

    @Test("every fact says where and when it was read")
    func sources() throws {
        for (hop, facts) in try HopCatalog.all() {
            let origins =
                [
                    origin(facts.kubeletSkewLimit), origin(facts.controllerSkewLimit), origin(facts.leaderLock),
                    origin(facts.etcdMinimum), origin(facts.lastPatch), origin(facts.evictionDryRunEvicts),
                ] + facts.notes.map(origin)
            for (source, asOf) in origins {
                // A repository with a path, a commit or a number.
                #expect(source.contains(/[a-z0-9-]+\/[a-z0-9-]+[ #]./), "\(hop): \(source)")
                #expect(asOf.wholeMatch(of: /20[2-9][0-9]-(0[1-9]|1[0-2])/) != nil, "\(hop): \(asOf)")
            }
        }
    }

    private func origin<Value>(_ fact: Fact<Value>) -> (source: String, asOf: String) {
        (fact.source, fact.asOf)
    }

    @Test("the values are such as can be")
    func values() throws {
        for (hop, facts) in try HopCatalog.all() {
            #expect(facts.hop == hop)
            #expect(facts.lastPatch.value.release == hop.to)
            #expect((1...3).contains(facts.kubeletSkewLimit.value))
            #expect(facts.controllerSkewLimit.value == 1)
            #expect(["endpoints", "endpointsleases", "leases"].contains(facts.leaderLock.value))
            #expect(facts.etcdMinimum.value.wholeMatch(of: /3\.[0-9]+\.[0-9]+/) != nil)
            #expect((5...10).contains(facts.notes.count))
            #expect(Set(facts.notes.map(\.value)).count == facts.notes.count)
        }
    }

    @Test("no server is asked to rehearse an eviction before the fix of 1.15")
    func evictionDryRun() throws {
        let evicting = try HopCatalog.all().values.filter(\.evictionDryRunEvicts.value).map(\.hop.from.description)
        #expect(evicting.sorted() == ["1.12", "1.13", "1.14"])
    }

    @Test("a hop without data is refused by name")
    func unknownHop() throws {
        let hop = try #require(HopID("1.16-1.17"))
        let error = #expect(throws: HopCatalogError.self) { try HopCatalog.facts(for: hop) }
        #expect(
            error?.description == "nothing is known of the hop 1.16-1.17; "
                + "the hops known are 1.12-1.13, 1.13-1.14, 1.14-1.15, 1.15-1.16"
        )
    }

    @Test("a data file under the wrong name is refused")
    func misplaced() throws {
        let bytes = PackageResources.__12_1_13_yaml
        let error = #expect(throws: HopCatalogError.self) { try HopCatalog.decode("1.13-1.14.yaml", bytes) }
        #expect(error?.description == "the data file 1.13-1.14.yaml of this program is of the hop 1.12-1.13")
    }

    @Test("a data file that is none is refused")
    func unreadable() throws {
        let bytes = Array("a: 1".utf8)
        let error = #expect(throws: HopCatalogError.self) { try HopCatalog.decode("1.13-1.14.yaml", bytes) }
        guard case .unreadable(file: "1.13-1.14.yaml", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("the digest is one of SHA-256, and the same each time")
    func digest() {
        #expect(HopCatalog.digest.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        #expect(HopCatalog.digest == HopCatalog.digest)
    }
}
