import FoundationEssentials

/// What is asked of an Alertmanager, and what it answers.
///
/// - Source: Alertmanager 0.25, api/v2/openapi.yaml
enum AlertmanagerRequests {
    /// A silence as Alertmanager lists it.
    struct Listed: Decodable {
        struct Status: Decodable { var state: String }

        var id: String
        var status: Status
        var createdBy: String
        var comment: String
        var matchers: [AlertMatcher.Form]
        var endsAt: String
    }

    /// A silence as it is posted; with an id the one that is there is changed.
    private struct Posted: Encodable {
        var id: String?
        var matchers: [AlertMatcher.Form]
        var startsAt: String
        var endsAt: String
        var createdBy: String
        var comment: String
    }

    static func list(_ silence: AlertSilence) -> String { "\(root(silence))/silences" }

    static func one(_ silence: AlertSilence, id: String) -> String { "\(root(silence))/silence/\(id)" }

    /// The body that opens a silence from `now`, or lets the one of this id last that long from now.
    static func body(_ silence: AlertSilence, id: String?, now: Double) -> String? {
        let posted = Posted(
            id: id,
            matchers: silence.matchers.map(AlertMatcher.Form.init),
            startsAt: time(now),
            endsAt: time(now + silence.lasts / .seconds(1)),
            createdBy: AlertSilence.creator,
            comment: silence.comment
        )
        return (try? JSONEncoder().encode(posted)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The silence of the run in the list, where it is there or to come and as it was made.
    ///
    /// - Throws: `ReadingError` for what is not such a list.
    static func find(_ silence: AlertSilence, in text: String, now: Double) throws(ReadingError) -> SilenceState? {
        var state = SilenceState(ids: [], secondsLeft: 0)
        for one in try ours(silence, in: text) where one.comment == silence.comment {
            guard let end = seconds(one.endsAt) else { throw .unreadable("\(one.endsAt) is not a time") }
            state.ids.append(one.id)
            state.secondsLeft = max(state.secondsLeft, end - now)
        }
        return state.ids.isEmpty ? nil : state
    }

    /// The runs whose silence of this name is in the list, there or to come and with these matchers.
    ///
    /// - Throws: `ReadingError` for what is not such a list.
    static func runs(_ silence: AlertSilence, in text: String) throws(ReadingError) -> [String] {
        Set(try ours(silence, in: text).compactMap { AlertSilence.run(in: $0.comment, name: silence.name) }).sorted()
    }

    private static func ours(_ silence: AlertSilence, in text: String) throws(ReadingError) -> [Listed] {
        let listed: [Listed]
        do {
            listed = try JSONDecoder().decode([Listed].self, from: Data(text.utf8))
        } catch {
            throw .unreadable("it is not a list of silences")
        }
        let matchers = Set(silence.matchers)
        return listed.filter { one in
            one.status.state != "expired" && one.createdBy == AlertSilence.creator
                && Set(one.matchers.map(\.matcher)) == matchers
        }
    }

    // MARK: for plans

    /// Where a request is made, as plans and reports name it.
    static let place = "this machine"

    static func lines(opening silence: AlertSilence) -> [RenderedCommand] {
        [line(["POST", list(silence)] + silence.matchers.map(\.text) + ["for", "\(silence.lasts.text)"])]
    }

    static func lines(closing silence: AlertSilence) -> [RenderedCommand] {
        [line(["DELETE", one(silence, id: "ID")])]
    }

    private static func line(_ words: [String]) -> RenderedCommand {
        RenderedCommand(host: place, command: Command(words), means: .here)
    }

    private static func root(_ silence: AlertSilence) -> String {
        let address = silence.alertmanager
        return (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/api/v2"
    }

    private static func time(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    private static func seconds(_ text: String) -> Double? {
        let forms = [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()]
        return forms.lazy.compactMap { try? Date(text, strategy: $0) }.first?.timeIntervalSince1970
    }
}

extension AlertMatcher {
    /// As the API has it.
    ///
    /// One without `isEqual` is of an Alertmanager before 0.22, which knew no other.
    struct Form: Codable {
        var name: String
        var value: String
        var isRegex: Bool
        var isEqual: Bool?

        init(_ matcher: AlertMatcher) {
            name = matcher.name
            value = matcher.value
            isRegex = matcher.isRegex
            isEqual = matcher.isEqual
        }

        var matcher: AlertMatcher {
            AlertMatcher(name: name, value: value, isRegex: isRegex, isEqual: isEqual ?? true)
        }
    }
}
