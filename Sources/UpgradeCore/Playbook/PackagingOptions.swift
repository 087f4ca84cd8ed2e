/// Where packages are built, and the way out from there.
public struct PackagingOptions: Hashable, Sendable {
    /// The builder hosts; they are no part of the cluster and have no role in it.
    public var builders: [Host]
    /// The web proxy that a build downloads through; `nil` for the builder's own way.
    public var proxy: String?

    /// Makes options.
    public init(builders: [Host] = [], proxy: String? = nil) {
        self.builders = builders
        self.proxy = proxy
    }
}
