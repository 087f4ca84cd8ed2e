/// What becomes of a conffile that its host and its new package have both changed.
///
/// dpkg itself would ask, or decide by one rule for all files.
public enum ConffileChoice: String, Hashable, Sendable, Codable, CaseIterable {
    /// The host's stays; dpkg leaves the new one beside it, as `.dpkg-dist`.
    case keep
    /// The new one comes; the host's is left beside it, as `.dpkg-old`.
    case take
    /// Both changes are brought together; the host's is left beside it, as `.dpkg-bak`, and the new one, as `.dpkg-dist`.
    case merge
    /// The package is not installed.
    case refuse
}

/// A conffile that a package is about to bring anew.
///
/// Contents are known by their MD5, for that is what dpkg records; who would forge one is root on the host already.
/// - Source: deb-conffiles(5); dpkg-query(1), `Conffiles`
public struct Conffile: Hashable, Sendable, Codable {
    /// The package.
    public var package: String
    /// The absolute path.
    public var path: String
    /// What the installed package has brought; `nil` where it brought none.
    public var shipped: String?
    /// What is on the host; `nil` where somebody has removed it.
    public var present: String?
    /// What the new package brings.
    public var next: String
    /// What both changes come to; `nil` where they cannot be brought together.
    public var merged: String?
    /// Why they cannot; empty where they can.
    public var problem: String
    /// The first lines in which the host's and the new one differ, secrets taken out; empty where not everybody may read
    /// the file.
    public var difference: [String]

    /// Makes a conffile.
    public init(
        package: String,
        path: String,
        shipped: String?,
        present: String?,
        next: String,
        merged: String? = nil,
        problem: String = "",
        difference: [String] = []
    ) {
        self.package = package
        self.path = path
        self.shipped = shipped
        self.present = present
        self.next = next
        self.merged = merged
        self.problem = problem
        self.difference = difference
    }

    /// Whether somebody has to decide: the host has changed it, the package changes it, and not to the same.
    public var isContested: Bool { present != shipped && next != shipped && present != next }
}

/// What a look at the conffiles of packages that are not installed yet has found.
public struct ConffileSurvey: Hashable, Sendable, Codable {
    /// Which of the packages apt has fetched; of the others nothing is known.
    public var archives: [PackageSpec]
    /// The conffiles that somebody has to decide about.
    public var contested: [Conffile]

    /// Makes a survey.
    public init(archives: [PackageSpec] = [], contested: [Conffile] = []) {
        self.archives = archives
        self.contested = contested
    }
}

/// What was decided about a conffile, carried out when its package is installed.
public struct ConffileDecision: Hashable, Sendable, Codable {
    /// The package.
    public var package: String
    /// The absolute path.
    public var path: String
    /// What becomes of it.
    public var choice: ConffileChoice
    /// The MD5 of what was on the host when it was decided, `nil` where there was nothing: anything else is refused.
    public var present: String?

    /// Makes a decision.
    public init(package: String, path: String, choice: ConffileChoice, present: String?) {
        self.package = package
        self.path = path
        self.choice = choice
        self.present = present
    }

    /// `keeping /etc/default/kubelet`.
    public var title: String {
        switch choice {
        case .keep: "keeping \(path)"
        case .take: "taking the new \(path)"
        case .merge: "merging \(path)"
        case .refuse: "refusing \(path)"
        }
    }
}
