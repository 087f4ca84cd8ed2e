import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

@Suite("--not-after")
struct NotAfterTests {
    /// 2026-11-28T20:00:00Z.
    private static let now = 1_795_896_000.0

    @Test("a time of day is the next one of this clock; one with a day is in UTC")
    func read() throws {
        let utc = try #require(TimeZone(identifier: "UTC"))
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(Date(timeIntervalSince1970: Self.now).formatted(.iso8601) == "2026-11-28T20:00:00Z")
        #expect(try NotAfter.read("06:00", now: Self.now, zone: utc)?.text == "2026-11-29T06:00:00Z")
        #expect(try NotAfter.read("22:30", now: Self.now, zone: utc)?.text == "2026-11-28T22:30:00Z")
        #expect(try NotAfter.read("06:00", now: Self.now, zone: berlin)?.text == "2026-11-29T05:00:00Z")
        #expect(try NotAfter.read("2026-12-01T06:00Z", now: Self.now)?.text == "2026-12-01T06:00:00Z")
        #expect(try NotAfter.read(nil, now: Self.now) == nil)
        // Days and times that there are not: none of them is the one after.
        for wrong in ["2026-11-31T06:00Z", "2027-02-29T06:00Z", "2026-11-28T25:00Z", "2026-12-01T06:60Z"] {
            #expect(throws: Complaint.self, "\(wrong)") { try NotAfter.read(wrong, now: Self.now) }
            #expect(throws: Complaint.self, "\(wrong)") { try Moment.read(wrong, now: Self.now) }
        }
        for wrong in ["6", "25:00", "06:61", "soon", "", "2026-11-28T19:59Z", "2026-11-28T21:00"] {
            #expect(throws: Complaint.self, "\(wrong)") { try NotAfter.read(wrong, now: Self.now, zone: utc) }
        }
    }

    @Test("the time since which is the last one of this clock, a day with a time is in UTC, and none is to come")
    func since() throws {
        let utc = try #require(TimeZone(identifier: "UTC"))
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        func read(_ text: String, _ zone: TimeZone) throws -> String {
            Date(timeIntervalSince1970: try Moment.read(text, now: Self.now, zone: zone)).formatted(.iso8601)
        }
        #expect(try read("19:30", utc) == "2026-11-28T19:30:00Z")
        #expect(try read("20:30", utc) == "2026-11-27T20:30:00Z")
        #expect(try read("20:30", berlin) == "2026-11-28T19:30:00Z")
        #expect(try read("20:30:15", berlin) == "2026-11-28T19:30:15Z")
        #expect(try read("2026-11-28T19:30", berlin) == "2026-11-28T19:30:00Z")
        #expect(try read("2026-11-28", berlin) == "2026-11-28T00:00:00Z")
        #expect(try read("10m", berlin) == "2026-11-28T19:50:00Z")
        for wrong in ["2026-11-28T20:01", "2026-11-29", "24:00", "yesterday", ""] {
            #expect(throws: Complaint.self, "\(wrong)") { try Moment.read(wrong, now: Self.now, zone: berlin) }
        }
    }

    @Test("a run for which there is no time pauses with 11 and says what of; a resume ends it")
    func pauses() async throws {
        let workshop = try Workshop(Workshop.small())
        let soon = Date(timeIntervalSinceNow: 120).formatted(.iso8601)
        let paused = try await workshop.upgrader("run", Workshop.playbook, "--not-after", soon)
        #expect(paused.code == 11, "\(paused.errors)")
        #expect(paused.errors.contains("which is more than is left before \(soon); nothing is half done"))
        let record = try workshop.history.state
        #expect(record.inFlight.isEmpty && record.failed.isEmpty && !record.done.isEmpty)
        #expect(try await workshop.upgrader("status").output.contains(": stopped,"))
        let why = try await workshop.upgrader("why")
        #expect(why.code == 0 && why.output.contains("resume"))
        #expect(why.output.contains(/\nstopped: no time was left for \w+, which may take [0-9]+/), "\(why.output)")
        let wrong = try await workshop.upgrader("resume", "--not-after", "yesterday")
        #expect(wrong.code == 64)
        #expect(try await workshop.upgrader("resume").code == 0)
    }
}
