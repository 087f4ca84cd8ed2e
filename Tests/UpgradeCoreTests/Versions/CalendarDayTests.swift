import Testing
import UpgradeCore

@Suite("Days of the calendar")
struct CalendarDayTests {
    @Test(
        "days that are none are refused",
        arguments: [
            "", "2020", "2020-1-1", "2020-13-01", "2020-02-30", "2021-02-29", "2020-00-10", "2020-10-00", "20-10-10",
            "2020-10-1x", "2020-10-10-10", "+020-10-10",
        ]
    )
    func refused(text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test("a day and a month read as they are written")
    func description() {
        #expect(CalendarDay("2020-02-29")?.description == "2020-02-29")
        #expect(CalendarDay("2017-03")?.description == "2017-03")
    }

    @Test("the days between two dates are counted over leap years")
    func distance() throws {
        let start = try #require(CalendarDay("2019-12-31"))
        #expect(start.days(until: try #require(CalendarDay("2020-03-01"))) == 61)
        #expect(start.days(until: try #require(CalendarDay("2021-03-01"))) == 426)
        #expect(try #require(CalendarDay("2020-03-01")).days(until: start) == -61)
    }

    @Test("a month counts as its first day")
    func order() throws {
        let month = try #require(CalendarDay("2017-03"))
        #expect(month < (try #require(CalendarDay("2017-03-02"))))
        #expect(try #require(CalendarDay("2017-02-28")) < month)
    }
}
