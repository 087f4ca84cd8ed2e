internal import Foundation
internal import UpgradeCore

/// News as a CloudEvent in the structured JSON form.
///
/// - Source: CloudEvents 1.0.2, spec.md and formats/json-format.md
struct CloudEvent: Encodable {
    static let contentType = "application/cloudevents+json"

    private struct Facts: Encodable {
        var cluster: String
        var run: String
        var what: String
        var from: String
        var to: String
        var hop: String?
        var step: String?
        var why: String?
        var waitedSeconds: Int?
        var done: Int
        var steps: Int
        var operatorName: String
        var reason: String
        var isResumed: Bool

        enum CodingKeys: String, CodingKey {
            case cluster, run, what, from, to, hop, step, why, waitedSeconds, done, steps, reason, isResumed
            case operatorName = "operator"
        }
    }

    private let specversion = "1.0"
    private let id: String
    private let source: String
    private let type: String
    private let subject: String?
    private let time: String
    private let datacontenttype = "application/json"
    private let data: Facts

    init(_ news: RunNews) {
        // > Producers MUST ensure that source + id is unique for each distinct event.
        // Each process that takes up the run counts from 1, at another time.
        id = "\(Int(news.time * 1000))-\(news.number)"
        source = "/upgrader/\(news.cluster)/\(news.run)"
        type = "org.upgrader.run.\(news.event.rawValue)"
        subject = news.step ?? news.hop
        time = Date(timeIntervalSince1970: news.time)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        data = Facts(
            cluster: news.cluster,
            run: news.run,
            what: news.what,
            from: news.from,
            to: news.to,
            hop: news.hop,
            step: news.step,
            why: news.why,
            waitedSeconds: news.waited.map { Int($0) },
            done: news.done,
            steps: news.steps,
            operatorName: news.operatorName,
            reason: news.reason,
            isResumed: news.isResumed
        )
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
