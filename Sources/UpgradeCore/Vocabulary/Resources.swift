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

    /// The sum of two amounts.
    public static func + (left: Resources, right: Resources) -> Resources {
        Resources(
            cpu: left.cpu + right.cpu,
            memory: ByteCount(bytes: left.memory.bytes + right.memory.bytes),
            pods: left.pods + right.pods
        )
    }

    /// What is left of the first amount without the second; below zero where it is more.
    public static func - (left: Resources, right: Resources) -> Resources {
        Resources(
            cpu: left.cpu - right.cpu,
            memory: ByteCount(bytes: left.memory.bytes - right.memory.bytes),
            pods: left.pods - right.pods
        )
    }
}
