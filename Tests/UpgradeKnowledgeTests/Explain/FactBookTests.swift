import Testing
import UpgradeCore
import UpgradeKnowledge
import Yams

@Suite("Every fact has an address, a source and a date")
struct FactBookTests {
    // Read once: half a megabyte of YAML takes a second here.
    private static let read = Result { try FactBook() }

    private let book: FactBook

    init() throws {
        book = try Self.read.get()
    }

    /// Counts the facts of a file without anything that the program walks it with.
    private func count(_ node: Node, isTop: Bool = true) -> Int {
        if let map = node.mapping {
            if map["value"] != nil, map["source"] != nil { return 1 }
            return map.reduce(0) { sum, pair in
                let isHead = isTop && ["schema", "as_of", "hop"].contains(pair.key.string)
                return sum + (isHead ? 0 : count(pair.value, isTop: false))
            }
        }
        if let list = node.sequence, list.contains(where: { $0.mapping != nil }) {
            return list.reduce(0) { $0 + count($1, isTop: false) }
        }
        return 1
    }

    @Test("each value of each data file is a fact")
    func complete() throws {
        var expected = 0
        for name in VersionData.names where name.hasSuffix(".yaml") {
            let text = String(decoding: try #require(VersionData.bytes(of: name)), as: UTF8.self)
            expected += count(try #require(try Yams.compose(yaml: text)))
        }
        for text in HopCatalog.texts.values {
            expected += count(try #require(try Yams.compose(yaml: text)))
        }
        #expect(book.facts.count == expected)
        #expect(expected > 10_000)
    }

    @Test("no two facts have one address, and every address finds its fact")
    func unique() throws {
        #expect(Set(book.facts.map(\.fact)).count == book.facts.count)
        // Each of thirteen thousand would take a minute: one of each root and every hundredth.
        for (index, fact) in book.facts.enumerated() where index.isMultiple(of: 100) {
            #expect(book.fact(fact.fact) == fact)
        }
    }

    @Test("each has a source, a date and a purpose")
    func sources() {
        for fact in book.facts {
            let isDated = fact.asOf.wholeMatch(of: /\d{4}-\d{2}(-\d{2})?/) != nil
            let isCited = !fact.sources.isEmpty && fact.sources.allSatisfy { $0.contains { $0 != " " } }
            if !isDated || !isCited || fact.purpose.isEmpty { Issue.record("\(fact)") }
        }
    }

    @Test("only the words that a file explains have no source but the file")
    func ownWords() {
        let own = book.facts.filter { $0.sources.contains { $0.hasSuffix(".yaml itself") } }
        let roots = Set(own.map { $0.fact.split(separator: "/").prefix(2).joined(separator: "/") })
        #expect(
            roots.isSubset(of: [
                "notes/severity", "notes/kinds", "notes/detect-methods", "requirements/use", "object-rewrites/use",
                "object-rewrites/rule",
            ])
        )
    }

    @Test(
        "facts are where one looks for them",
        arguments: [
            ("kubernetes/1.16/end-of-support", "2020-09-02"), ("calico/3.7/kubernetes/max", "1.14"),
            ("flags/kubelet/--allow-privileged/release", "1.15"), ("gates/Initializers/unknown-from", "1.14"),
            ("apis/extensions/v1beta1/Deployment/removed-in", "1.16"), ("notes/k113-etcd2/severity", "blocker"),
            ("hops/1.12-1.13/kubelet-skew-limit", "2"), ("helm/never-existed/2.6.12/version", "2.6.12"),
            ("helmfile/newest", "1.7.4"), ("etcd/v2-api-off/etcd-from", "3.4"),
            ("calico/hard-constraints/C1/calico-below", "3.1"),
        ]
    )
    func known(address: String, value: String) throws {
        #expect(try #require(book.fact(address)).value == value)
    }

    @Test("a source beside a value goes before that of the whole, and a doubt is passed down")
    func inherited() throws {
        let minimum = try #require(book.fact("kubernetes/1.16/etcd/minimum-recommended-for-production"))
        #expect(
            minimum.sources == [
                "kubernetes/website release-1.16 docs/tasks/administer-cluster/configure-upgrade-etcd.md"
            ]
        )
        #expect(try #require(book.fact("kubernetes/1.16/end-of-support-alternative/date")).isUncertain)
        #expect(!(try #require(book.fact("kubernetes/1.16/end-of-support")).isUncertain))
        #expect(try #require(book.fact("kubernetes/skew-policy/eras/A/rules/kube-proxy")).isUncertain == false)
        #expect(try #require(book.fact("hops/1.12-1.13/eviction-dry-run-evicts")).isUncertain)
        #expect(try #require(book.fact("hops/1.12-1.13/leader-lock")).asOf == "2026-11")
    }

    @Test("an address that is nearly right finds the right one")
    func near() {
        #expect(book.near("kubernets/1.16/end-of-support").first == "kubernetes/1.16/end-of-support")
        #expect(book.near("calico/3.7/kubernetes/mx").contains("calico/3.7/kubernetes/max"))
        #expect(book.near("k113-etcd2") == ["notes/k113-etcd2"])
        #expect(book.near("nothing at all like any of them") == [])
    }
}
