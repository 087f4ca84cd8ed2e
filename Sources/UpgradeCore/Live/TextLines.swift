extension StringProtocol {
    /// The lines of a text whose lines end with LF or with CR and LF, without those.
    ///
    /// CR and LF together are one `Character`, which a split at LF does not see: files that were edited elsewhere have them.
    public var textLines: [SubSequence] {
        split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }
}
