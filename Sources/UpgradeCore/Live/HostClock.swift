/// Reads times that hosts print as seconds since 1970.
enum HostClock {
    /// As far from 1970 as a date of the calendar goes; what is beyond is no time of a host, and no whole number either.
    /// - Source: openssl x509 -enddate prints no year above 9999
    private static let farthest = 253_402_300_799.0

    /// The seconds; `nil` for a text that is no time.
    static func seconds(_ text: some StringProtocol) -> Double? {
        Double(text).flatMap { $0.magnitude <= farthest ? $0 : nil }
    }
}
