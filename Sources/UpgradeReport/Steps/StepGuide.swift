internal import Foundation
public import UpgradeCore
internal import Yams

/// What is known of a kind of step besides its title: for people, read from a data file.
public struct StepGuide: Hashable, Sendable, Codable {
    /// The step's id.
    public var step: String
    /// What it does.
    public var does: String
    /// Why it is there, or why in this place.
    public var why: String
    /// How what it does is undone.
    public var undo: String
    /// Where that can be read.
    public var sources: [String]
    /// What follows when it is left out after it has failed; absent for a step that may not be.
    public var skip: String?
    /// The phases in which it may not be left out all the same, and why.
    public var keep: [String: String]?
    /// Whether it installs packages of the hop: then the host runs another release; absent for no.
    public var installs: Bool?

    /// Every guide by the id of its step.
    ///
    /// - Throws: `DecodingError` for a mistake in the data file.
    public static func all() throws -> [StepID: StepGuide] {
        let text = String(decoding: PackageResources.steps_yaml, as: UTF8.self)
        let guides = try YAMLDecoder().decode([StepGuide].self, from: text)
        return Dictionary(
            guides.compactMap { guide in StepID(guide.step).map { ($0, guide) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What is known of an operator's own command.
    public static let hook = StepGuide(
        step: "hook",
        does:
            "Runs the operator's own command as a job on a host, once in a lane; a receipt on the host says that it has ended well.",
        why: "The playbook names it under `hooks`; what it does is not known here.",
        undo: "Not by this program: nothing is known of what it did.",
        sources: ["the playbook, `hooks`"],
        skip:
            "what the command is for is not done, or half done, on this host; nothing later looks whether it was"
    )
}
