extension HostScripts {
    /// Writes down in the directory `$1`, under the name `$2`, that step `$4` of run `$3` does what follows, and does it.
    ///
    /// The machine is written down as well: a copied disk brings along marks that are another machine's.
    static let marked = """
        directory=$1; name=$2; run=$3; step=$4; shift 4
        (
            umask 077
            mkdir -p -- "$directory" &&
                printf '%s\\n' "$run" "$step" "$(cat /etc/machine-id)" >"$directory/$name.part" &&
                sync -- "$directory/$name.part" && mv -f -- "$directory/$name.part" "$directory/$name" &&
                sync -- "$directory"
        ) || exit
        exec "$@"
        """

    /// Does what follows `$1`, and then removes the mark `$1`.
    static let unmarked = """
        mark=$1; shift
        "$@" || exit
        [ ! -e "$mark" ] || { rm -f -- "$mark" && sync -- "${mark%/*}"; }
        """

    /// Tells of each mark in the directory `$1`, one a line: its name, when it was written, what is there now, whether it
    /// was written on this machine, run and step.
    ///
    /// What is there of a mask is the time of its link in `$2`, of a hold what dpkg has selected; `-` stands for nothing.
    /// A mask by systemctl is a link to /dev/null there, and only one that lasts is (systemctl(1), mask).
    static let marks = """
        links=$2
        cd -- "$1" 2>/dev/null || exit 0
        machine=$(cat /etc/machine-id) || exit
        for name in *:*; do
            case $name in *.part) continue ;; esac
            [ -f "$name" ] && [ ! -L "$name" ] || continue
            run=-; step=-; origin=-
            { IFS= read -r run; IFS= read -r step; IFS= read -r origin; } <"$name"
            here=other
            [ "$origin" != "$machine" ] || here=same
            object=${name#*:}
            now=-
            case $name in
            mask:* | pause:*)
                case $object in
                *.service | *.timer | *.socket | *.path | *.target | *.mount) ;;
                *) object=$object.service ;;
                esac
                [ "$(readlink -- "$links/$object")" != /dev/null ] || now=$(stat -c %Y -- "$links/$object")
                ;;
            unhold:*)
                now=$(dpkg-query --show --showformat='${Status}' -- "$object" 2>/dev/null) || now=-
                now=${now%% *}
                ;;
            esac
            printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$name" "$(stat -c %Y -- "$name")" "${now:--}" "$here" "$run" "$step"
        done
        """
}

/// Puts a command behind the mark of its effect.
enum MarkedCommand {
    /// Where systemd keeps masks that last.
    ///
    /// - Source: systemd 252, systemctl(1), mask
    static let links = "/etc/systemd/system"

    /// The words that first leave the mark of an action's effect, or at last remove that of the effect it takes back.
    ///
    /// - Parameters:
    ///   - words: what carries the action out.
    ///   - action: the action.
    ///   - mark: whose it is.
    /// - Returns: the words as they are, for an action that has no mark on a host.
    static func around(_ words: [String], _ action: Action, _ mark: Mark) -> [String] {
        if let place = action.sideEffect?.hostMark {
            return [
                "/bin/sh", "-c", HostScripts.marked, "upgrader-marked", HostPlace.marks, name(place), mark.run,
                mark.step,
            ]
                + words
        }
        if let place = action.takesBack?.hostMark {
            return ["/bin/sh", "-c", HostScripts.unmarked, "upgrader-unmarked", "\(HostPlace.marks)/\(name(place))"]
                + words
        }
        return words
    }

    /// The question for the marks of a host.
    static var question: Command {
        Command(["/bin/sh", "-c", HostScripts.marks, "upgrader-marks", HostPlace.marks, links], needsRoot: true)
    }

    private static func name(_ place: (host: String, kind: HostMark.Kind, object: String)) -> String {
        "\(place.kind.rawValue):\(place.object)"
    }

    /// The run and the step that an effect is marked with.
    struct Mark {
        var run: String
        var step: String
    }
}

extension HostReading {
    /// How long after its mark a mask may have been made and still be the one that the mark tells of.
    ///
    /// systemctl is begun right after the mark is on disk, and makes the link at once; a busy host may take a while.
    private static let slack = 120

    /// Reads what `HostScripts.marks` prints.
    ///
    /// A kind that is not known is of a newer version: its effect could not be judged here.
    static func marks(_ text: String) throws(ReadingError) -> [HostMark] {
        var marks: [HostMark] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 6, let since = Int(fields[1]) else {
                throw .unreadable("not a mark: \(line.prefix(80))")
            }
            let name = fields[0].split(separator: ":", maxSplits: 1).map(String.init)
            guard name.count == 2, let kind = HostMark.Kind(rawValue: name[0]) else {
                throw .unreadable("a mark of a kind that this version does not know: \(fields[0].prefix(80))")
            }
            let isHere = fields[3] == "same"
            marks.append(
                HostMark(
                    kind: kind,
                    object: name[1],
                    run: fields[4],
                    step: fields[5],
                    standing: standing(kind, now: fields[2], since: since, isHere: isHere)
                )
            )
        }
        return marks
    }

    private static func standing(_ kind: HostMark.Kind, now: String, since: Int, isHere: Bool) -> HostMark.Standing {
        switch kind {
        case .mask, .pause:
            guard let made = Int(now) else { return .gone }
            return isHere && made <= since + slack ? .ours : .theirs
        case .unhold:
            guard now == "install" else { return .gone }
            return isHere ? .ours : .theirs
        }
    }
}
