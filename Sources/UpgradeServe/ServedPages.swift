/// What is served: it is asked again and again, and reads what it tells.
public protocol ServedPages: Sendable {
    /// A short name of how things stand; another one once they have changed.
    func version() async -> String

    /// The page as HTML.
    func page() async -> String

    /// Figures, as OpenMetrics text.
    func metrics() async -> String
}
