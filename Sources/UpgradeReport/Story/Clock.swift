internal import FoundationEssentials
internal import UpgradeCore

/// How moments and lengths of time are written in reports: UTC, and in words.
public enum Clock {
    /// `2026-11-24T21:41:07Z`.
    public static func stamp(_ time: Double) -> String {
        Date(timeIntervalSince1970: time).formatted(.iso8601)
    }

    /// `2026-11-24 21:41:07`, in UTC.
    public static func moment(_ time: Double) -> String {
        stamp(time).replacing("T", with: " ").replacing("Z", with: "")
    }

    /// `21:41:07`, in UTC.
    public static func time(_ time: Double) -> String { String(moment(time).suffix(8)) }

    /// `3 min 5 s`.
    public static func length(_ seconds: Double) -> String { Duration.seconds(max(0, seconds)).text }
}
