import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("The target of the policy")
struct SupportedTargetTests {
    let scene: PathScene

    init() throws { scene = try PathScene() }

    private func target(_ start: String, on text: String) throws -> PathReport {
        let day = try #require(CalendarDay(text))
        return try scene.planner.planToSupported(from: try scene.point(start), on: day)
    }

    @Test("the newest that upstream supports on the day and that every component allows")
    func newest() throws {
        // Calico 3.16 was tested with 1.19 from 2020-11-12 on; Helm 3.4 was out.
        let start = "kubernetes=1.12,calico=3.5,helm=2.13"
        #expect(try target(start, on: "2020-11-15").path.end.kubernetes.description == "1.19")
        #expect(try target(start, on: "2020-11-11").path.end.kubernetes.description == "1.18")
    }

    @Test("a release is passed over where a component does not allow it")
    func component() throws {
        // Calico alone was not yet tested with 1.19; without Calico nothing stands against it.
        #expect(try target("kubernetes=1.12", on: "2020-11-11").path.end.kubernetes.description == "1.19")
        // Helm 3.3 ends at 1.18, and 3.4 came on 2020-10-26.
        #expect(try target("kubernetes=1.12,helm=2.13", on: "2020-10-25").path.end.kubernetes.description == "1.18")
        #expect(try target("kubernetes=1.12,helm=2.13", on: "2020-10-26").path.end.kubernetes.description == "1.19")
    }

    @Test("nothing that came after the day is on the path")
    func future() throws {
        let report = try target("kubernetes=1.12,calico=3.5,helm=2.13", on: "2020-11-15")
        let newest = try #require(CalendarDay("2020-11-15"))
        for step in report.path.steps {
            if let calico = step.after.calico {
                let release = try #require(scene.planner.knowledge.calico(calico.version.release))
                #expect(release.releaseDate <= newest)
            }
        }
        // 3.4.2 is of December.
        #expect(report.path.end.helm?.version.description == "3.4.0")
    }

    @Test("where nothing is within reach, each release says why")
    func nothing() throws {
        let day = try #require(CalendarDay("2020-11-15"))
        let start = try scene.point("kubernetes=1.25,calico=3.25")
        guard case .nothingSupported(day, let tried)? = refusal(start, day) else {
            Issue.record("a path goes down")
            return
        }
        #expect(tried == ["1.19 is below what runs", "1.18 is below what runs", "1.17 is below what runs"])
    }

    private func refusal(_ start: ClusterPoint, _ day: CalendarDay) -> PathRefusal? {
        do throws(PathRefusal) {
            _ = try scene.planner.planToSupported(from: start, on: day)
            return nil
        } catch {
            return error
        }
    }
}
