/// What the templates of a page are filled with: the report in words, with places on the timeline.
///
/// A template that finds no member in an element looks for it in what is around, so no name is used at two levels.
struct PageContext {
    struct Named {
        var label: String
        var value: String
    }
    struct SittingRow {
        var sittingBegan: String
        var sittingTook: String
        var sittingBy: String
        var sittingReason: String
        var sittingEnding: String
    }
    struct Bar {
        var barClass: String
        var barLeft: String
        var barWidth: String
        var barTitle: String
    }
    struct Row {
        var rowName: String
        var bars: [Bar]
    }
    struct HopBar {
        var hopLabel: String
        var hopTitle: String
        var hopLeft: String
        var hopWidth: String
    }
    struct Tick {
        var tickClass: String
        var tickLeft: String
        var tickText: String
    }
    struct PartRow {
        var partName: String
        var isHop: Bool
        var partRule: String
        var partPlanned: Int
        var partDone: Int
        var partOpen: String
        var partRetries: String
        var partBegan: String
        var partTook: String
        var partState: String
    }
    struct Check {
        var checkName: String
        var checkTarget: String
        var checkResult: String
        var checkState: String
        var checkMeasured: String
        var checkTime: String
        var checkWaits: String
    }
    struct CommandItem {
        var commandHost: String
        var commandText: String
        var commandEnd: String
        var commandState: String
        var printed: [Printed]
    }
    struct Printed {
        var printedText: String
        var printedFenced: String
    }
    struct DeedItem {
        var deedAction: String
        var deedEnd: String
        var commands: [CommandItem]
    }
    struct AttemptItem {
        var attemptHead: String
        var reasons: [Named]
        var failedOutput: [Printed]
        var waits: [Named]
        var deeds: [DeedItem]
    }
    struct StepItem {
        var stepNumber: Int
        var stepName: String
        var stepTarget: String
        var stepTitle: String
        var stepState: String
        var stepEnd: String
        var stepID: String
        var attempts: [AttemptItem]
    }
    struct PhaseBlock {
        var phaseID: String
        var phaseName: String
        var phaseSummary: String
        var phaseIsOpen: Bool
        var stepItems: [StepItem]
        var quiet: String
        var hasQuiet: Bool
    }
    struct HopBlock {
        var hopName: String
        var phases: [PhaseBlock]
    }
    struct ConsentRow {
        var consentKind: String
        var consentWhat: String
        var consentReason: String
    }

    struct ServerRow {
        var serverName: String
        var serverLooks: Int
        var serverMissed: Int
        var serverState: String
        var serverUnknown: String
        var serverLongest: String
    }

    let style = PageText.style
    let script = LivePage.script
    var version: String
    var liveText: String
    var pageTitle: String
    var heading: String
    var statusText: String
    var statusClass: String
    var isLive: Bool
    var isSimulated: Bool
    var facts: [Named]
    var sittingRows: [SittingRow]
    var rows: [Row]
    var hopBars: [HopBar]
    var ticks: [Tick]
    var timelineText: String
    var partRows: [PartRow]
    var serverRows: [ServerRow]
    var hasServers: Bool
    var before: [Check]
    var after: [Check]
    var hasAfter: Bool
    var failures: [StepItem]
    var hasFailures: Bool
    var hopBlocks: [HopBlock]
    var consentRows: [ConsentRow]
    var hasConsents: Bool
    var leftovers: [String]
    var hasLeftovers: Bool
    var struckLines: [String]
    var hasStruck: Bool
    var digests: [Named]
    var notes: [String]
    var hasNotes: Bool
}
