import Testing
import UpgradeCore

@Suite("Several versions of Calico at one release")
struct PlaybookRollsTests {
    private static let release = MinorRelease(major: 1, minor: 12)

    private func text(_ versions: String, _ more: String = "") -> String {
        PlaybookTexts.smallest("calico: {versions: {\"1.12\": \(versions)}\(more)}")
    }

    private func calico(_ versions: String, _ more: String = "") throws -> CalicoOptions? {
        try PlaybookDecoder.decode(text(versions, more), file: "p.yaml", home: "/home/op").calico
    }

    private static let old = "{package: 2.6.12-1, tag: v2.6.12}"
    private static let new = "{package: 3.5.8-1, tag: v3.5.8}"
    private static let newer = "{package: 3.7.5-1, tag: v3.7.5}"

    @Test("a list is gone through in its order; what is no list is a list of one")
    func list() throws {
        let options = try #require(try calico("[\(Self.old), \(Self.new)]"))
        #expect(options.rolls[Self.release]?.map(\.tag) == ["v2.6.12", "v3.5.8"])
        #expect(options.versions[Self.release]?.tag == "v3.5.8")
        #expect(options.rolls(after: 1, at: Self.release).map(\.tag) == ["v3.5.8"])
        #expect(options.rolls(after: 2, at: Self.release) == [])
        let one = try calico(Self.new)
        #expect(one?.rolls == [Self.release: options.rolls(after: 1, at: Self.release)])
        #expect(try calico("[\(Self.new)]") == one)
    }

    @Test("a package and a tag that say two versions are refused, in a list or alone; a tag without a version is not")
    func contradiction() {
        let wrong = "{package: 3.7.5-1, tag: v3.5.8}"
        for versions in [wrong, "[\(Self.old), \(wrong)]"] {
            let errors = PlaybookTexts.errors(of: text(versions))
            #expect(errors.count == 1 && errors[0].contains("the version of its package, 3.7.5"), "\(errors)")
        }
        #expect(PlaybookTexts.errors(of: text("{package: 3.7.5-1, tag: latest}")).isEmpty)
    }

    @Test("what runs is not taken back to an earlier version of the list")
    func left() throws {
        let options = try #require(try calico("[\(Self.old), \(Self.new), \(Self.newer)]"))
        func left(_ running: String?) -> [String] {
            options.rollsLeft(at: Self.release, running: running.flatMap { KubernetesVersion($0) }).map(\.tag)
        }
        #expect(left("2.2.1") == ["v2.6.12", "v3.5.8", "v3.7.5"] && left(nil) == left("2.2.1"))
        #expect(left("2.6.12") == ["v3.5.8", "v3.7.5"] && left("3.7.5") == [])
        #expect(options.rollsLeft(at: Self.release.next, running: nil) == [])
    }

    @Test("the data moves before the first Calico 3 of the list")
    func migration() throws {
        func roll(_ versions: String, _ at: String = "1.12") throws -> Int? {
            try calico(versions, ", datastore-migration: {at: \(at)}")?.migratingRoll(at: Self.release)
        }
        #expect(try roll("[\(Self.old), \(Self.new), \(Self.newer)]") == 2)
        #expect(try roll("[\(Self.new), \(Self.newer)]") == 1)
        // The only one, whatever it is called.
        #expect(try roll("{package: 2020-1, tag: ours}") == 1)
        #expect(try calico("[\(Self.old), \(Self.new)]")?.migratingRoll(at: Self.release) == nil)
        let unclear = text("[\(Self.old), {package: 2020-1, tag: ours}]", ", datastore-migration: {at: 1.12}")
        let refusal = try #require(PlaybookTexts.errors(of: unclear).first)
        #expect(refusal.contains("calico.datastore-migration.at") && refusal.contains("whose list has a Calico 3"))
    }

    @Test("an empty list, a version that stands twice and a list that is none are refused by name")
    func errors() {
        #expect(PlaybookTexts.errors(of: text("[]")).first?.contains("calico.versions.1.12") == true)
        let twice = PlaybookTexts.errors(of: text("[\(Self.old), \(Self.old)]"))
        #expect(twice.count == 2 && twice.allSatisfy { $0.contains("calico.versions.1.12.") })
        let strings = PlaybookTexts.errors(of: text("[v1]"))
        #expect(strings.count == 1 && strings[0].contains("calico.versions.1.12") && strings[0].contains("mapping"))
        let missing = PlaybookTexts.errors(of: text("[\(Self.old), {package: 3.5.8-1}]"))
        #expect(missing.count == 1 && missing[0].contains("calico.versions.1.12.tag"))
        let helm = "helm: {versions: {\"1.12\": [{package: 2.16.7-1, tag: v2.16.7}]}}"
        #expect(PlaybookTexts.errors(of: PlaybookTexts.smallest(helm)).first?.contains("helm.versions.1.12") == true)
    }

    @Test("each roll has a phase of its own, of the same kind")
    func phases() {
        for plain in ["network", "network-before"] as [PhaseID] {
            #expect(plain.roll(1) == plain && plain.kind == plain && plain.roll == 1)
            #expect(plain.roll(2).description == "\(plain)-2")
            #expect(plain.roll(12).kind == plain && plain.roll(12).roll == 12)
        }
        for other in ["network-backup", "network-1", "network-x", "workers-2"] as [PhaseID] { #expect(other.roll == 1) }
        #expect(PhaseID(stringLiteral: "network-backup").kind == "network-backup")
        #expect(PhaseID.workers(wave: "2").kind == .workers)
    }
}
