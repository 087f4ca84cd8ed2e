internal import Crypto
internal import FlyingFox
internal import FlyingSocks
internal import Foundation

/// Serves pages on loopback to whoever knows the token, and changes nothing.
public struct PageServer: Sendable {
    private let address: LoopbackAddress
    private let entrance: Entrance
    private let pages: any ServedPages
    private let policy: String

    /// Makes a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - address: where; a port of 0 is replaced by a free one.
    ///   - token: what a request must know.
    ///   - script: the one script that pages have; a browser runs no other.
    ///   - pages: what is served.
    public init(_ address: LoopbackAddress, token: AccessToken, script: String, pages: any ServedPages) {
        self.address = address
        entrance = Entrance(token: token)
        self.pages = pages
        let digest = Data(SHA256.hash(data: Data(script.utf8))).base64EncodedString()
        policy =
            "default-src 'none'; script-src 'sha256-\(digest)'; style-src 'unsafe-inline'; img-src data:; connect-src 'self';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    /// Serves until the task is cancelled; connections are closed then.
    ///
    /// - Parameter ready: told once where it listens.
    /// - Throws: `ServeError.cannotListen`.
    public func run(ready: @Sendable (LoopbackAddress) async -> Void) async throws {
        let server = try makeServer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server.run()
                } catch {
                    // Once cancelled it ends with an error as well.
                    guard Task.isCancelled else { throw ServeError.cannotListen(address, reason: Self.reason(error)) }
                }
            }
            group.addTask {
                // Cancelled by whoever has failed above, so that this is never the last to be heard.
                try await server.waitUntilListening(timeout: 60)
            }
            try await group.next()
            if let bound = await server.listeningAddress { await ready(address.with(bound)) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func makeServer() throws -> HTTPServer {
        // A page is made in a moment, but on a machine that has much else to do; after this an answer is an error.
        let timeout = 120.0
        // The address of a request's line may have the token in it: nothing is logged.
        switch address.host {
        case .ip4:
            let place = try sockaddr_in.inet(ip4: address.host.rawValue, port: address.port)
            return HTTPServer(address: place, timeout: timeout, logger: .disabled, handler: Handler(server: self))
        case .ip6:
            let place = try sockaddr_in6.inet6(ip6: address.host.rawValue, port: address.port)
            return HTTPServer(address: place, timeout: timeout, logger: .disabled, handler: Handler(server: self))
        }
    }

    private static func reason(_ error: any Error) -> String {
        if case .failed(_, _, let message) = error as? SocketError { return message }
        return error.localizedDescription
    }

    fileprivate func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let judged = entrance.judge(
            method: request.method.rawValue,
            path: request.path,
            host: request.headers[.host],
            given: request.query["token"],
            authorization: request.headers[.authorization]
        )
        switch judged {
        case .forbidden: return HTTPResponse(statusCode: .forbidden)
        case .notFound: return HTTPResponse(statusCode: .notFound)
        case .notAllowed:
            let allowed: HTTPHeaders = [HTTPHeader("Allow"): "GET"]
            return HTTPResponse(statusCode: .methodNotAllowed, headers: allowed)
        case .open(.page): return response("text/html; charset=utf-8", await pages.page())
        case .open(.metrics):
            return response("application/openmetrics-text; version=1.0.0; charset=utf-8", await pages.metrics())
        case .open(.events):
            return HTTPResponse(
                statusCode: .ok,
                headers: headers("text/event-stream"),
                body: HTTPBodySequence(from: EventStream(pages: pages))
            )
        }
    }

    private func response(_ type: String, _ text: String) -> HTTPResponse {
        HTTPResponse(statusCode: .ok, headers: headers(type), body: Data(text.utf8))
    }

    private func headers(_ type: String) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in [
            ("Content-Type", type), ("Cache-Control", "no-store"), ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            headers[HTTPHeader(name)] = value
        }
        return headers
    }
}

/// Hands each request on.
private struct Handler: HTTPHandler {
    let server: PageServer

    func handleRequest(_ request: HTTPRequest) async -> HTTPResponse { await server.answer(request) }
}

extension LoopbackAddress {
    /// The same address with the port that was given.
    fileprivate func with(_ bound: Socket.Address) -> LoopbackAddress {
        switch bound {
        case .ip4(_, let port), .ip6(_, let port): LoopbackAddress(host, port: port)
        case .unix: self
        }
    }
}
