internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader versions`: what is known of releases, and what that means for clusters.
struct VersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "What is known of each release of each component, and whether clusters are supported.",
        subcommands: [
            VersionsListCommand.self, VersionsShowCommand.self, VersionsCheckCommand.self, VersionsExportCommand.self,
            VersionsSyncCommand.self,
        ]
    )
}

/// The day to judge by, and a playbook's own facts.
struct KnowledgeOptions: ParsableArguments {
    @Option(
        name: .customLong("on"),
        help: "The day to judge by, such as 2020-11-15; today when not given.",
        transform: CalendarDay.argument
    )
    var day: CalendarDay?

    /// The day, or today's.
    var date: CalendarDay { day ?? CalendarDay.today }
}

extension CalendarDay {
    /// Reads a day of the command line.
    static func argument(_ text: String) throws -> CalendarDay {
        guard let day = CalendarDay(text), day.day != nil else {
            throw ValidationError("`\(text)` is not a day such as 2020-11-15.")
        }
        return day
    }

    /// Today, in UTC as all that this program writes down.
    static var today: CalendarDay {
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyy-MM-dd"
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.locale = Locale(identifier: "en_US_POSIX")
        guard let day = CalendarDay(formatter.string(from: Date())) else {
            preconditionFailure("the clock shows no day")
        }
        return day
    }
}
