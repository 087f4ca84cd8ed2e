extension String {
    /// The text with these scalars written otherwise.
    ///
    /// Scalar by scalar, as other programs read it: to Swift a quote with an accent is another character than a quote, and
    /// the two ends of a line are one.
    public func escaped(_ escapes: [Unicode.Scalar: String]) -> String {
        unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
    }
}
