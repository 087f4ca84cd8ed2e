/// Records in memory only: for plans, dry-runs and tests, where nothing real is done.
public final class MemoryRecorder: Recorder {
    /// The fold of all that was recorded.
    public private(set) var state = RunState()
    /// All that was recorded, in order.
    public private(set) var records: [Record] = []

    /// Makes a recorder that knows these records.
    public init(_ records: [Record] = []) {
        append(records)
    }

    /// Takes the records.
    public func append(_ records: [Record]) {
        for record in records {
            state.apply(record)
            self.records.append(record)
        }
    }
}
