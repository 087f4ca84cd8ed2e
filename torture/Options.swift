internal import UpgradeTorture

/// What was asked for.
struct Options {
    enum Mode {
        case seeds
        case kills
        case bits
        case replay(UInt64)
        case killed([Fault])
    }

    /// A command line that cannot be used.
    struct Unusable: Error {
        var text: String
    }

    var mode = Mode.seeds
    /// How many seeds.
    var count = 10_000
    /// The first of them.
    var first: UInt64 = 1
    /// The shape of the cluster; `nil` lets the seed choose.
    var shape: String?
    /// A playbook to make the shape of.
    var playbook: String?
    /// How many worlds at once.
    var jobs = 1

    init(_ words: [String]) throws(Unusable) {
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--kills": mode = .kills
            case "--bits": mode = .bits
            case "--kill":
                let before: [Fault] = if case .killed(let faults) = mode { faults } else { [] }
                mode = .killed(before + [try Self.kill(rest.popFirst(), word)])
            case "--seeds": count = try Self.number(rest.popFirst(), word)
            case "--from": first = UInt64(try Self.number(rest.popFirst(), word))
            case "--seed": mode = .replay(UInt64(try Self.number(rest.popFirst(), word)))
            case "--shape": shape = rest.popFirst()
            case "--playbook": playbook = rest.popFirst()
            case "--jobs": jobs = try Self.number(rest.popFirst(), word)
            default: throw Unusable(text: "what is \(word)? See Scripts/torture --help")
            }
        }
    }

    /// A kill as `EFFECT:before`, `EFFECT:during` or `EFFECT:after`.
    private static func kill(_ text: String?, _ option: String) throws(Unusable) -> Fault {
        let words = (text ?? "").split(separator: ":").map(String.init)
        guard words.count == 2, let moment = Fault.Moment(rawValue: words[1]) else {
            throw Unusable(text: "\(option) wants EFFECT:before, EFFECT:during or EFFECT:after")
        }
        return Fault(at: try number(words[0], option), .kill(moment))
    }

    private static func number(_ text: String?, _ option: String) throws(Unusable) -> Int {
        guard let number = text.flatMap({ Int($0) }), number > 0 else {
            throw Unusable(text: "\(option) wants a number")
        }
        return number
    }
}
