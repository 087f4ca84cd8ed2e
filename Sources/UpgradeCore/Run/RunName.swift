/// The name of a run: when it was begun, letters by chance, and a number where that was not enough.
///
/// The letters keep apart what two operators begin in the same second, but for one time in 160,000: marks on nodes and hosts
/// bear the name alone.
/// Runs of a cluster are ordered by their names, which copying a state directory does not change as it does times; a new
/// name is always later than those that are there, also when the clock was set back.
struct RunName: Hashable, Comparable {
    /// `20261122-185013-kfzt`, once without the letters; any other text comes before all of this form.
    var base: String
    /// From 1; the first is not written.
    var number: Int
    private var isDated: Bool

    /// Reads a name.
    init(_ text: String) {
        if let match = text.wholeMatch(of: /(\d{8}-\d{6}(?:-[a-z]{4})?)(?:-(\d{1,6}))?/) {
            base = String(match.1)
            number = match.2.flatMap { Int($0) } ?? 1
            isDated = true
        } else {
            base = text
            number = 1
            isDated = false
        }
    }

    /// The text of the name.
    var text: String { number == 1 ? base : "\(base)-\(number)" }

    /// This name, or the next one that is later than every one of these.
    func after(_ taken: [RunName]) -> RunName {
        var name = self
        if let newest = taken.filter(\.isDated).max(), isDated, newest >= self {
            name = newest
        }
        while taken.contains(where: { $0.text == name.text }) {
            name.number += 1
        }
        return name
    }

    static func < (one: RunName, other: RunName) -> Bool {
        (one.isDated ? 1 : 0, one.base, one.number) < (other.isDated ? 1 : 0, other.base, other.number)
    }
}
