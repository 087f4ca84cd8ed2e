import Testing
import UpgradeCore
import UpgradeKnowledge

@Suite("What is known of components")
struct VersionKnowledgeTests {
    private let known: VersionKnowledge

    init() throws {
        known = try VersionKnowledge.embedded()
    }

    @Test("the releases go from the first to the newest without a gap")
    func complete() throws {
        for (found, first, last) in [
            (known.kubernetes.map(\.version), "1.6", "1.37"), (known.helm.map(\.version), "2.0", "4.2"),
            (known.calico.map(\.version), "2.0", "3.32"),
        ] {
            #expect(found.first == MinorRelease(first))
            #expect(found.last == MinorRelease(last))
            for (release, next) in zip(found, found.dropFirst()) {
                #expect(next == release.next || (next.major == release.major + 1 && next.minor == 0))
            }
        }
    }

    // path-1.12-1.16, section 1, V1 to V5, and section 2, C2 and H1.
    @Test(
        "a Calico is as far from a Kubernetes as the derivation of the path says",
        arguments: [
            ("2.2", "1.12", 6), ("2.6", "1.12", 4), ("3.5", "1.12", 0), ("3.5", "1.13", 1), ("3.5", "1.14", 2),
            ("3.16", "1.14", 2), ("3.16", "1.15", 1), ("3.12", "1.14", 0), ("3.12", "1.17", 0), ("3.7", "1.15", 1),
        ]
    )
    func calicoDistance(calico: String, kubernetes: String, distance: Int) throws {
        let level = known.support(calico: try release(calico), on: try release(kubernetes))
        #expect(level == (distance == 0 ? .tested : .beyondEvidence(distance)))
    }

    @Test(
        "a Helm is as far from a Kubernetes as the derivation of the path says",
        arguments: [
            ("2.6", "1.12", 5), ("2.16", "1.12", 3), ("2.16", "1.13", 2), ("2.16", "1.14", 1), ("2.16", "1.15", 0),
            ("3.0", "1.12", 1), ("3.0", "1.13", 0), ("3.4", "1.15", 1), ("2.13", "1.12", 0),
        ]
    )
    func helmDistance(helm: String, kubernetes: String, distance: Int) throws {
        let level = known.support(helm: try release(helm), on: try release(kubernetes))
        #expect(level == (distance == 0 ? .tested : .beyondEvidence(distance)))
    }

    @Test("what is known not to work is said to be so, with the rule's name")
    func broken() throws {
        let sixteen = try release("1.16")
        let ids = ["2.2", "2.6", "3.0"].map { calico in
            MinorRelease(calico).flatMap { known.support(calico: $0, on: sixteen) }?.description.contains("C1:")
        }
        #expect(ids == [true, true, true])
        #expect(known.support(calico: try release("3.1"), on: sixteen) == .beyondEvidence(6))
        let crd = known.support(calico: try release("3.15"), on: try release("1.15"), datastore: .customResources)
        #expect(crd?.distance == nil)
        #expect(crd?.description.contains("C2:") == true)
        let etcd = known.support(calico: try release("3.15"), on: try release("1.15"), datastore: .etcdv3)
        #expect(etcd == .beyondEvidence(1))
        let v2 = known.support(
            calico: try release("2.6"),
            on: try release("1.12"),
            datastore: .etcdv2,
            etcd: try release("3.4")
        )
        #expect(v2?.description.contains("C4:") == true)
        #expect(known.support(calico: try release("3.19"), on: try release("1.15"))?.distance == nil)
        #expect(known.support(calico: try release("3.19"), on: sixteen) == .beyondEvidence(3))
        #expect(known.support(calico: try release("9.9"), on: sixteen) == nil)
    }

    @Test("the list of Calico 3.16 changed on 2020-11-12")
    func history() throws {
        let (calico, kubernetes) = (try release("3.16"), try release("1.19"))
        #expect(known.support(calico: calico, on: kubernetes, day: try day("2020-11-11")) == .beyondEvidence(1))
        #expect(known.support(calico: calico, on: kubernetes, day: try day("2020-11-12")) == .tested)
        #expect(known.support(calico: calico, on: kubernetes) == .tested)
    }

    @Test("the ways of Calico are the documented ones")
    func edges() throws {
        func edges(_ from: String, _ to: String, _ datastore: CalicoDatastore) throws -> [String] {
            let from = try #require(PatchVersion(from))
            let to = try #require(PatchVersion(to))
            return known.calicoEdges(from: from, to: to, datastore: datastore, kubernetes: try release("1.12")).map(
                \.id
            )
        }
        #expect(try edges("2.2.1", "2.6.12", .etcdv2) == ["2-rolling"])
        #expect(try edges("2.6.12", "3.5.8", .etcdv2) == ["2-to-3-etcd"])
        #expect(try edges("2.6.12", "3.5.8", .customResources) == ["2-to-3-kdd"])
        #expect(try edges("2.6.4", "3.5.8", .etcdv2) == [])
        #expect(try edges("2.6.12", "3.6.5", .etcdv2) == [])
        #expect(try edges("2.2.1", "3.1.7", .etcdv2) == [])
        #expect(try edges("3.5.8", "3.7.5", .etcdv3) == ["3-rolling"])
        #expect(try edges("3.14.2", "3.28.0", .etcdv3) == [])
        #expect(try edges("3.16.10", "3.28.0", .etcdv3) == ["3-rolling-late"])
        #expect(try edges("3.7.5", "3.5.8", .etcdv3) == [])
        #expect(try edges("2.4.1", "2.5.1", .thirdPartyResources) == [])
    }

    @Test("upstream supports three releases on a day of 2020, and others today")
    func maintained() throws {
        let then = try day("2020-11-15")
        #expect(known.supportedKubernetes(on: then).map(\.description) == ["1.17", "1.18", "1.19"])
        #expect(known.supportedKubernetes(on: try day("2026-11-22")).map(\.description) == ["1.35", "1.36"])
        let kubernetes = try #require(known.kubernetes(try release("1.16")))
        #expect(kubernetes.maintenance(on: then) == .endOfSupport(since: try day("2020-09-02")))
        #expect(kubernetes.maintenance(on: try day("2020-09-02")).isMaintained)
        #expect(kubernetes.maintenance(on: try day("2019-09-17")) == .unreleased)
        #expect(known.maintenance(helm: try release("2.16"), on: then) == .endOfSupport(since: try day("2020-10-26")))
        #expect(known.maintenance(helm: try release("2.17"), on: then) == .endOfSupport(since: try day("2020-11-13")))
        #expect(known.maintenance(helm: try release("3.4"), on: then) == .maintained(until: nil))
    }

    @Test("a Helm that never was is refused; one beyond the data is not")
    func existence() throws {
        for (version, isNever) in [("2.6.12", true), ("2.6.3", true), ("2.16.12", false), ("4.2.99", false)] {
            let found = known.existence(helm: try #require(PatchVersion(version)))
            if case .never = found { #expect(isNever, "\(version)") } else { #expect(!isNever, "\(version)") }
        }
        #expect(known.existence(kubernetes: try #require(PatchVersion("1.16.15"))) == .known)
        #expect(known.existence(kubernetes: try #require(PatchVersion("1.16.16"))) != .known)
        #expect(known.existence(kubernetes: try #require(PatchVersion("1.36.9"))) == .notKnown)
    }

    @Test("helmfile 0.125.2 works with Helm 2 and with 3.0 to 3.2, and not with 3.3.2")
    func helmfile() throws {
        func level(_ helmfile: String, _ helm: String, chartify: Bool = false) throws -> SupportLevel? {
            let helmfile = try #require(PatchVersion(helmfile))
            return known.support(helmfile: helmfile, helm: try #require(PatchVersion(helm)), usesChartify: chartify)
        }
        #expect(try level("0.125.2", "2.16.12") == .tested)
        #expect(try level("0.125.2", "3.2.4") == .tested)
        #expect(try level("0.125.2", "3.4.2") == .beyondEvidence(2))
        #expect(try level("0.125.2", "3.3.2")?.distance == nil)
        #expect(try level("0.125.6", "3.0.3")?.distance == 0)
        #expect(try level("0.125.6", "3.0.3", chartify: true)?.distance == nil)
        #expect(try level("0.135.0", "3.4.2") == .tested)
        #expect(try level("0.150.0", "2.17.0")?.distance == nil)
        #expect(try level("1.0.0", "3.12.0")?.distance == nil)
        #expect(try level("0.1.0", "2.16.12") == nil)
    }

    @Test("etcd's recommended minimum holds for each of its minors")
    func etcd() throws {
        let old = try #require(known.kubernetes(try release("1.16"))).etcd
        #expect(old.isRecommended(try #require(PatchVersion("3.2.10"))))
        #expect(!old.isRecommended(try #require(PatchVersion("3.2.9"))))
        #expect(old.storageBackends == ["etcd3"])
        let new = try #require(known.kubernetes(try release("1.30"))).etcd
        for (version, isEnough) in [("3.4.22", true), ("3.5.5", false), ("3.5.6", true), ("3.6.0", true)] {
            #expect(new.isRecommended(try #require(PatchVersion(version))) == isEnough, "\(version)")
        }
        #expect(known.etcdRules.map(\.id).contains("v2-api-off"))
    }

    private func release(_ text: String) throws -> MinorRelease { try #require(MinorRelease(text)) }

    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }
}
