/// One line of what an action or a question does on a host.
///
/// Plans print it, and `LiveCluster` carries out exactly the same value.
public struct RenderedCommand: Hashable, Sendable {
    /// How the line is carried out.
    public enum Means: String, Hashable, Sendable {
        /// As a command over the connection.
        case call
        /// As a transient systemd unit that outlives the connection.
        case job
        /// By the transport itself, which copies a file; the words are for a person.
        case copy
        /// By this program on the operator's machine; the words are for a person.
        case here
    }

    /// The name of the host.
    public var host: String
    /// What is run there.
    public var command: Command
    /// How it is carried out.
    public var means: Means

    /// Makes a line.
    public init(host: String, command: Command, means: Means = .call) {
        self.host = host
        self.command = command
        self.means = means
    }

    /// Whether the command runs as a transient systemd unit.
    public var asJob: Bool { means == .job }
}

extension RenderedCommand: CustomStringConvertible {
    /// The host and the command as a person would type it, secrets taken out.
    public var description: String {
        "\(host): \(Redaction.redact(command))"
    }
}
