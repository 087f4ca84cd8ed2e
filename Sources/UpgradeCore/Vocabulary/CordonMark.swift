/// What a cordon of ours is known by: the run, or the run and that nobody works on the node yet.
public enum CordonMark {
    private static let ending = "-ahead"

    /// The mark of a cordon that a run sets before the node's own lane begins, so that no evicted pod lands there.
    ///
    /// Another mark than that of the lane: a node that waits for its turn must be as well as before the run, and what is
    /// undone of it is not what the lane has to begin anew for. The lane puts its own mark in the place of this one.
    /// - Parameter run: the run's name.
    /// - Returns: what stands in the node's annotation.
    public static func ahead(of run: String) -> String { run + ending }

    /// The run whose mark it is.
    public static func run(of mark: String) -> String {
        mark.hasSuffix(ending) ? String(mark.dropLast(ending.count)) : mark
    }

    /// Whether the node is cordoned and only waits for its lane.
    public static func isAhead(_ node: NodeState) -> Bool {
        node.isCordoned && node.cordonMark?.hasSuffix(ending) == true
    }
}
