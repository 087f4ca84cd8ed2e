internal import UpgradeCore

/// One receiver and its queue.
struct NewsReceiver: Sendable {
    /// What became of one try.
    enum Outcome: Sendable {
        case told
        /// It will say no again.
        case refused(String)
        /// It may work later.
        case later(String)
    }

    /// More events than a run has hops and stops; the newest are kept.
    private static let queueLength = 64

    let options: NotificationOptions
    let way: NotificationOptions.Way
    let queue = AsyncStream<RunNews>.makeStream(bufferingPolicy: .bufferingNewest(Self.queueLength))
    private let template: NewsTemplate?

    init(_ options: NotificationOptions, _ way: NotificationOptions.Way) throws(NoticeError) {
        self.options = options
        self.way = way
        do {
            template = try options.text.map(NewsTemplate.init)
        } catch {
            throw .template(receiver: options.name, reason: "each {{ needs its }}, and each {{# its {{/")
        }
    }

    /// Tries once.
    func send(_ news: RunNews, web: any WebClient, deadline: Duration) async -> Outcome {
        switch way {
        case .command(let words): return await call(words, news, deadline)
        case .webhook(let address): return await post(news, to: address, web, deadline)
        case .webhookFile(let path):
            do throws(AccessError) {
                return await post(news, to: try SecretFile.read(path), web, deadline)
            } catch {
                return .refused(error.why)
            }
        }
    }

    private func call(_ words: [String], _ news: RunNews, _ deadline: Duration) async -> Outcome {
        let input = (template?.line(news) ?? CloudEvent(news).text) + "\n"
        let program = LocalProgram(words: words, input: input, keepsOutput: false)
        do throws(LocalProgram.Failure) {
            let ending = try await program.run(deadline: deadline)
            if ending.status == 0 { return .told }
            return .later("\(words[0]) ended with \(ending.status.map(String.init) ?? "a signal")")
        } catch {
            switch error {
            case .notStarted(let reason): return .refused("\(words[0]) cannot be run: \(reason)")
            // Its output is not kept.
            case .outputTooLong: return .refused("\(words[0]) wrote too much")
            case .overdue: return .later("\(words[0]) did not end in \(deadline.text)")
            }
        }
    }

    private func post(_ news: RunNews, to address: String, _ web: any WebClient, _ deadline: Duration) async -> Outcome
    {
        var request = WebRequest("POST", address, deadline: deadline)
        request.contentType = template == nil ? CloudEvent.contentType : "application/json"
        request.body = template?.message(news) ?? CloudEvent(news).text
        do throws(AccessError) {
            if let path = options.tokenFile { request.token = try SecretFile.read(path) }
        } catch {
            return .refused(error.why)
        }
        do throws(WebError) {
            let answer = try await web.send(request)
            return switch answer.status {
            case 200..<300: .told
            case 408, 429, 500...: .later("it answered with HTTP \(answer.status)")
            default: .refused("it answered with HTTP \(answer.status)")
            }
        } catch {
            guard case .noAnswer(let reason) = error else { return .later("no answer") }
            return .later(reason)
        }
    }
}
