internal import Foundation
internal import Mustache

/// A line of text made of news by the playbook's template.
struct NewsTemplate: Sendable {
    private let template: MustacheTemplate

    /// Takes a template.
    ///
    /// - Throws: what is wrong with it.
    init(_ text: String) throws {
        // Text, not HTML: an ampersand stays one.
        template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
    }

    /// One line, whatever stands in what is told: a newline would begin a new command of IRC.
    func line(_ news: RunNews) -> String {
        let text = template.render(news.names)
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
            )
        )
    }

    /// The body that Slack, Mattermost, Rocket.Chat and others take.
    func message(_ news: RunNews) -> String {
        let bytes = try? JSONEncoder().encode(["text": line(news)])
        return bytes.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
