import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeServe

@Suite("Who is let in")
struct EntranceTests {
    private let token = AccessToken()

    private func judge(
        _ path: String = "/",
        method: String = "GET",
        host: String? = "127.0.0.1:8080",
        given: String? = nil,
        authorization: String? = nil
    ) -> Entrance.Answer {
        Entrance(token: token).judge(
            method: method,
            path: path,
            host: host,
            given: given,
            authorization: authorization
        )
    }

    @Test("the token opens what is served, in the query or as a bearer, and no other text does")
    func tokens() {
        for door in [Entrance.Door.page, .events, .metrics] {
            #expect(judge(door.rawValue, given: token.secret) == .open(door))
            #expect(judge(door.rawValue, authorization: "Bearer \(token.secret)") == .open(door))
            #expect(judge(door.rawValue) == .forbidden)
        }
        let secret = token.secret
        let wrong = [
            "", " ", String(secret.dropLast()), secret + "0", secret.uppercased() + "X", AccessToken().secret,
            String(secret.dropLast()) + (secret.hasSuffix("0") ? "1" : "0"),
            (secret.hasPrefix("0") ? "1" : "0") + secret.dropFirst(),
        ]
        for given in wrong {
            #expect(judge(given: given) == .forbidden, "\(given)")
            #expect(judge(authorization: "Bearer \(given)") == .forbidden, "\(given)")
        }
        #expect(judge(authorization: "Basic \(secret)") == .forbidden)
        #expect(judge(given: "wrong", authorization: "Bearer \(secret)") == .forbidden)
    }

    @Test("without the token nothing is learned, not even what there is; with it only looking is allowed")
    func paths() {
        for method in ["GET", "POST", "HEAD", "DELETE"] {
            for path in ["/", "/events", "/metrics", "/nothing", "/../etc/passwd"] {
                #expect(judge(path, method: method) == .forbidden)
            }
        }
        #expect(judge("/nothing", given: token.secret) == .notFound)
        #expect(judge("/PAGE", given: token.secret) == .notFound)
        for method in ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"] {
            #expect(judge(method: method, given: token.secret) == .notAllowed, "\(method)")
        }
    }

    @Test("a request that was led here by another name than this machine's is refused, whatever it knows")
    func hosts() {
        for host in ["127.0.0.1", "127.0.0.1:1", "localhost:9000", "LocalHost", "[::1]", "[::1]:8080"] {
            #expect(judge(host: host, given: token.secret) == .open(.page), "\(host)")
        }
        let others = [
            "evil.example.org", "evil.example.org:8080", "127.0.0.1.evil.example.org", "localhost.evil.example.org:80",
            "127.0.0.1:80@evil.example.org", "::1", "[::1", "0.0.0.0:8080", "127.0.0.2:8080", "", ":8080",
        ]
        for host in others {
            #expect(judge(host: host, given: token.secret) == .forbidden, "\(host)")
        }
        #expect(judge(host: nil, given: token.secret) == .forbidden)
    }
}
