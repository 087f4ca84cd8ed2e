extension LiveCluster {
    /// Three seconds for every pod, all at once, and the time to find a network to ask from.
    private static let reachDeadline = Duration.seconds(30)

    /// The pods that nodes may ask for, listed once whoever asks; nothing where nobody does.
    func runningPods(_ probes: [Probe]) async throws(AccessError) -> String {
        let asks = probes.contains { if case .podReach = $0 { true } else { false } }
        guard asks else { return "" }
        let command = ProbeRendering.runningPods(playbook)
        let (result, host, _) = try await api.run(command, deadline: Self.reachDeadline, report: waiting)
        guard result.succeeded else { throw .failed(command, on: host, result) }
        return result.output
    }

    /// Asks the chosen pods from the network of a pod of the host.
    func podReach(_ reading: PodReachReading, from name: String) async throws(AccessError) -> PodReach {
        let command = ProbeRendering.podReach(reading.words)
        let host = try host(name)
        let result: CommandResult
        do throws(RemoteError) {
            result = try await access.run(command, on: host, deadline: Self.reachDeadline, report: waiting).result
        } catch {
            throw .remote(error)
        }
        do throws(ReadingError) {
            return try reading.reach(try result.text())
        } catch {
            throw error.access(command, on: name, result)
        }
    }
}
