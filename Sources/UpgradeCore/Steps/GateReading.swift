/// One thing that a gate measured, beside what it needs; for people, and never for going on.
public struct GateReading: Hashable, Sendable, Codable {
    /// What was measured, such as `etcd members healthy`.
    public var what: String
    /// What was found: a number, a version, a time.
    public var found: String
    /// What the gate needs of it.
    public var needed: String
    /// What may still be lost before the gate shuts or the cluster suffers; `nil` where nothing may.
    public var spare: String?
    /// `true` where less was found than should be there, and the gate opens all the same; absent elsewhere.
    public var lacks: Bool?

    /// Makes a reading of anything that has a name.
    public init(_ what: String, _ found: String, needs needed: String) {
        self.what = what
        self.found = found
        self.needed = needed
    }

    /// Makes a reading of things that are counted.
    public init(_ what: String, _ found: Int, of needed: Int, spare: String? = nil) {
        self.init(what, "\(found)", needs: "\(needed)")
        self.spare = spare
    }

    /// The reading in a line: `etcd members healthy: 3 of 3, 1 may be lost`, `kubelet: v1.12.10, needs v1.13.12`.
    public var text: String {
        let figures = Int(needed) == nil ? "\(found), needs \(needed)" : "\(found) of \(needed)"
        return "\(what): \(figures)" + (spare.map { ", \($0)" } ?? "")
    }
}

extension [GateReading] {
    /// The readings on one line.
    public var text: String { map(\.text).joined(separator: "; ") }
}
