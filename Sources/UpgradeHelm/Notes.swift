internal import Foundation
internal import SwiftProtobuf

/// What a release of Helm 2 has and Helm 3 has no place for, in words.
struct Notes {
    private(set) var all: [String] = []

    mutating func look(_ release: ProtoRelease) {
        let status = release.info.status
        if !release.config.values.isEmpty || hasValues(release.chart) {
            all.append("values by field are left out: Helm 2 itself reads the YAML beside them")
        }
        if case .UNRECOGNIZED(let code) = status.code { all.append("status \(code) becomes unknown") }
        let events = Set(release.hooks.flatMap(\.events))
        if events.contains(.crdInstall) { all.append("a hook at crd-install: Helm 3 does not run it") }
        if events.contains(.releaseTestFailure) { all.append("a test that has to fail: Helm 3 does not run it") }
        let names = Set(release.hooks.map(\.name))
        if status.lastTestSuiteRun.results.contains(where: { !names.contains($0.name) || !$0.info.isEmpty }) {
            all.append("what its tests printed, or tests without a hook, are left out")
        }
        if !status.resources.isEmpty { all.append("the list of its resources is left out: Helm 3 asks the cluster") }
        let unknown = unknownFields(release)
        if !unknown.isEmpty {
            all.append("fields that Helm 2.17 does not have are left out: \(unknown.joined(separator: ", "))")
        }
    }

    private func hasValues(_ chart: ProtoChart) -> Bool {
        !chart.values.values.isEmpty || chart.dependencies.contains(where: hasValues)
    }

    /// The messages that hold fields of numbers that nobody knows.
    private func unknownFields(_ release: ProtoRelease) -> [String] {
        var found: [String] = []
        func look(_ name: String, _ message: some Message) {
            if !message.unknownFields.data.isEmpty { found.append(name) }
        }
        look("release", release)
        look("info", release.info)
        look("status", release.info.status)
        look("chart", release.chart)
        look("chart metadata", release.chart.metadata)
        for hook in release.hooks { look("hook \(hook.name)", hook) }
        return found
    }
}
