public import UpgradeCore

/// What objects need besides another apiVersion, so that the API that stands in for their own takes them.
public struct ObjectRewrites: Sendable {
    /// What one kind of one API needs.
    public struct Rule: Hashable, Sendable, Decodable {
        /// A field that the new API demands.
        public struct Need: Hashable, Sendable, Decodable {
            /// What stands there where nothing was given.
            public enum Fill: String, Hashable, Sendable, Decodable {
                /// A selector of the labels of the template, as the old API server put it there.
                case templateLabels = "template-labels"
            }
            /// Its path, with dots.
            public var path: String
            /// What the old API server put there; `nil` where the old API demanded it as well.
            public var fill: Fill?
            /// The rule in words.
            public var rule: String
        }

        /// A field that the new API has no place for.
        public struct Gone: Hashable, Sendable, Decodable {
            /// Its path, with dots.
            public var path: String
            /// The rule in words.
            public var rule: String
        }

        /// The apiVersion that goes.
        public var apiVersion: String
        /// The kind.
        public var kind: String
        /// What the new API demands.
        public var needs: [Need]?
        /// What it has no place for.
        public var gone: [Gone]?

        enum CodingKeys: String, CodingKey {
            case kind, needs, gone
            case apiVersion = "api_version"
        }
    }

    private struct File: Decodable {
        var rewrites: [Rule]
    }

    /// Every rule.
    public let rules: [Rule]

    /// Takes rules.
    public init(rules: [Rule]) { self.rules = rules }

    private static let known: Result<ObjectRewrites, VersionDataError> = Result { () throws(VersionDataError) in
        ObjectRewrites(rules: try VersionData.decode(File.self, from: "object-rewrites.yaml").rewrites)
    }

    /// What is known.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    public static func all() throws(VersionDataError) -> ObjectRewrites { try known.get() }

    /// The rule of a kind; `nil` where it is not known how it is written otherwise.
    public func rule(_ apiVersion: String, _ kind: String) -> Rule? {
        rules.first { $0.apiVersion == apiVersion && $0.kind == kind }
    }
}

/// What becomes of a reference to an API at a hop.
public enum APIFate: Hashable, Sendable {
    /// The hop does not take it away.
    case served
    /// It goes, and this stands in for it, before the hop as well as after.
    case moves(APIMove)
    /// It goes, and nothing can stand in for it; why not.
    case gone(String)
}

extension Breakage {
    /// What becomes of a kind of an API at a hop; a hop takes nothing away that only a later release has.
    public func fate(of apiVersion: String, _ kind: String, at hop: HopID) -> APIFate {
        if !apis.takesAway(apiVersion, kind, hop) { return .served }
        guard let instead = apis.removal(apiVersion, kind)?.replacement?.api_version else {
            return .gone("nothing stands in for it")
        }
        guard apis.serves(instead, kind, hop.from), apis.serves(instead, kind, hop.to) else {
            return .gone("\(instead), which stands in for it, is not served before and after the hop")
        }
        guard rewrites.rule(apiVersion, kind) != nil else {
            return .gone("how it is written as \(instead) is not known")
        }
        return .moves(APIMove(from: apiVersion, kind: kind, to: instead))
    }

    /// The apiVersion that stands in for a kind of one that goes, or is gone; `nil` where none does or it stays.
    public func replacement(of apiVersion: String, _ kind: String) -> String? {
        apis.removal(apiVersion, kind)?.replacement?.api_version
    }

    /// Whether a hop takes an API away that something can be rewritten for.
    public func rewrites(at hop: HopID) -> Bool {
        rewrites.rules.contains { rule in
            apis.serves(rule.apiVersion, rule.kind, hop.from) && !apis.serves(rule.apiVersion, rule.kind, hop.to)
        }
    }
}
