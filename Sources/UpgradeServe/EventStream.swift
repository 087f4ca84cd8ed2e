internal import FlyingSocks

/// Server-sent events without an end: one whenever there is something new to see.
///
/// An event carries the version alone; whoever follows fetches the page again where that is another one than it has. So
/// nothing is lost with an event that was, and a browser that comes back needs no history.
///
/// - Source: HTML Living Standard, 9.2 Server-sent events.
struct EventStream: AsyncBufferedSequence {
    typealias Element = UInt8

    let pages: any ServedPages

    /// How often is looked: a person who watches takes a second for at once.
    static let pace = Duration.seconds(1)

    /// After how many looks without an event a comment is sent; else a proxy takes the connection for dead, and a reader
    /// that has gone is not noticed.
    static let quiet = 15

    struct AsyncIterator: AsyncBufferedIteratorProtocol {
        let pages: any ServedPages
        private var last: String?
        private var rest: [UInt8] = []

        init(_ pages: any ServedPages) { self.pages = pages }

        mutating func next() async throws -> UInt8? {
            if rest.isEmpty { rest = Array(try await text().utf8) }
            return rest.removeFirst()
        }

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            defer { rest = [] }
            return rest.isEmpty ? Array(try await text().utf8) : rest
        }

        /// The next piece; waits for it.
        private mutating func text() async throws -> String {
            guard let known = last else {
                let version = await pages.version()
                last = version
                return "retry: 2000\n\(Self.event(version))"
            }
            for _ in 0..<EventStream.quiet {
                try await Task.sleep(for: EventStream.pace)
                let version = await pages.version()
                if version != known {
                    last = version
                    return Self.event(version)
                }
            }
            return ": still here\n\n"
        }

        private static func event(_ version: String) -> String { "event: changed\ndata: \(version)\n\n" }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages) }
}
