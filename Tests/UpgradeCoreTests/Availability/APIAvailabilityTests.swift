import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("How available the API was")
struct APIAvailabilityTests {
    private static func look(_ time: Double, _ cp1: APILook.Answer, _ cp2: APILook.Answer) -> APILook {
        APILook(time: time, servers: ["cp1": cp1, "cp2": cp2])
    }

    /// What is kept of looks, in the directory of a run.
    private func kept(_ looks: [APILook]) throws -> [APISpan] {
        let scratch = try ScratchDirectory()
        let log = APILog(directory: scratch.path)
        for look in looks { log.take(look) }
        log.finish()
        return APILog.read(directory: scratch.path)
    }

    @Test("looks that found the same are a line, and a minute is the longest that is kept back")
    func spans() throws {
        let spans = try kept((0...13).map { Self.look(Double($0) * 5, .healthy, .healthy) })
        #expect(spans.map(\.from) == [0, 60])
        #expect(spans.map(\.to) == [55, 65])
        #expect(spans.map(\.looks) == [12, 2])
    }

    @Test("an outage lasts from the first look in vain to the one that found it again")
    func outage() throws {
        let spans = try kept([
            Self.look(0, .healthy, .healthy), Self.look(5, .unhealthy, .healthy), Self.look(10, .unhealthy, .unhealthy),
            Self.look(15, .unhealthy, .unhealthy), Self.look(20, .healthy, .unknown),
            Self.look(25, .healthy, .unhealthy),
        ])
        let known = APIAvailability(spans)
        #expect(known.api.answered == 4 && known.api.missed == 2 && known.api.unknown == 0)
        #expect(known.api.outages == [.init(from: 10, to: 20)])
        #expect(known.servers["cp1"]?.outages == [.init(from: 5, to: 20)])
        #expect(known.servers["cp1"]?.missed == 3)
        #expect(known.servers["cp2"]?.outages == [.init(from: 10, to: 20), .init(from: 25, to: 25)])
        #expect(known.servers["cp2"]?.unknown == 1)
    }

    @Test("time in which nobody looked is no outage")
    func gap() throws {
        let spans = try kept([Self.look(0, .unhealthy, .unhealthy)]) + kept([Self.look(9_000, .healthy, .healthy)])
        #expect(APIAvailability(spans).api.outages == [.init(from: 0, to: 0)])
        let again = try kept([Self.look(0, .unhealthy, .unhealthy)]) + kept([Self.look(9_000, .unhealthy, .unhealthy)])
        #expect(APIAvailability(again).api.outages.count == 2)
    }

    @Test(
        "a damaged line is left out, a directory that takes no file stops nothing, and the file is the operator's alone"
    )
    func damage() throws {
        let scratch = try ScratchDirectory()
        let log = APILog(directory: scratch.path)
        log.take(Self.look(1, .healthy, .healthy))
        log.finish()
        let path = scratch.path + "/api.jsonl"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let whole = try Data(contentsOf: URL(filePath: path))
        try (Data("{\"from\":".utf8) + Data("\n".utf8) + whole).write(to: URL(filePath: path))
        #expect(APILog.read(directory: scratch.path).count == 1)
        // Figures that no run has written would be added up beyond what a number holds.
        let wrong = ["9223372036854775807", "-5", "0"].map { "{\"from\":1,\"looks\":\($0),\"servers\":{},\"to\":2}" }
        let far = [
            "{\"from\":9,\"looks\":1,\"servers\":{},\"to\":2}", "{\"from\":1,\"looks\":1,\"servers\":{},\"to\":1e300}",
        ]
        let half = (wrong + far).map { $0 + "\n" }.joined() + "{\"from\":1,\"lo"
        try (whole + Data(half.utf8)).write(to: URL(filePath: path))
        #expect(APILog.read(directory: scratch.path).count == 1)
        // What a crash has left in the middle of a line swallows nothing of the next process.
        let next = APILog(directory: scratch.path)
        next.take(Self.look(5, .healthy, .healthy))
        next.finish()
        #expect(APILog.read(directory: scratch.path).map(\.from) == [1, 5])
        let nowhere = APILog(directory: scratch.path + "/none")
        nowhere.take(Self.look(0, .healthy, .healthy))
        nowhere.finish()
        #expect(APILog.read(directory: scratch.path + "/none").isEmpty)
    }
}
