import Testing
import UpgradeCore
import UpgradeReport
import UpgradeSteps

@Suite("What is told of a kind of step")
struct StepGuideTests {
    @Test("every step of the catalog has a guide, and every guide a step")
    func complete() throws {
        let guides = try StepGuide.all()
        let missing = StepCatalog.all.steps.keys.filter { guides[$0] == nil }
        let extra = guides.keys.filter { StepCatalog.all.steps[$0] == nil }
        #expect(missing.isEmpty)
        #expect(extra.isEmpty)
        for guide in guides.values {
            #expect(!guide.does.isEmpty && !guide.why.isEmpty && !guide.undo.isEmpty && !guide.sources.isEmpty)
        }
    }
}
