/// An amount of what pods use of a node.
public struct Resources: Hashable, Sendable, Codable {
    /// Thousandths of a processor.
    public var cpu: Int64
    /// Memory.
    public var memory: ByteCount
    /// How many pods.
    public var pods: Int

    /// Makes an amount.
    public init(cpu: Int64 = 0, memory: ByteCount = ByteCount(bytes: 0), pods: Int = 0) {
        self.cpu = cpu
        self.memory = memory
        self.pods = pods
    }

    /// The sum of two amounts; one that no number holds is as large as a number gets.
    public static func + (left: Resources, right: Resources) -> Resources {
        Resources(
            cpu: left.cpu.saturatingAdd(right.cpu),
            memory: ByteCount(bytes: left.memory.bytes.saturatingAdd(right.memory.bytes)),
            pods: left.pods.saturatingAdd(right.pods)
        )
    }

    /// What is left of the first amount without the second; below zero where it is more.
    public static func - (left: Resources, right: Resources) -> Resources {
        Resources(
            cpu: left.cpu.saturatingSubtract(right.cpu),
            memory: ByteCount(bytes: left.memory.bytes.saturatingSubtract(right.memory.bytes)),
            pods: left.pods.saturatingSubtract(right.pods)
        )
    }
}

extension FixedWidthInteger {
    /// The sum, or the number nearest to it: a host may say any number.
    func saturatingAdd(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the number nearest to it.
    func saturatingSubtract(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }
}
