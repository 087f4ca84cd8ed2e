import UpgradeCore

/// Runs an operator's own command once in a lane of its phase.
///
/// Nothing of what the command does can be seen from here, so the host keeps a receipt: a file that the same job makes
/// when the command has ended well.
struct HookStep: Step {
    let id: StepID
    let title: String

    /// Where receipts are kept on a host.
    static let receipts = "/var/lib/upgrader/receipts"

    /// Makes the step of a hook.
    init(_ hook: Hook) {
        id = hook.stepID
        title = "Run the operator's command \(hook.name)"
    }

    func longest(_ context: StepContext) -> Duration { hook(context)?.deadline ?? .zero }

    func probes(_ context: StepContext) -> [Probe] {
        place(context).map { [.file(host: $0, path: receipt(context))] } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let hook = hook(context), let host = place(context) else { throw .notObserved("hook of \(context.key)") }
        let receipt = receipt(context)
        guard try seen.file(on: host, path: receipt) == nil else { return [] }
        return [
            .hook(
                name: hook.name,
                host: host,
                words: hook.words.map { filled($0, context) },
                receipt: receipt,
                deadline: hook.deadline
            )
        ]
    }

    private func hook(_ context: StepContext) -> Hook? {
        context.playbook.hooks.first { $0.stepID == id && $0.phase == context.key.phase.kind }
    }

    /// The host of the lane; the cluster is asked on its first control-plane host, so its lanes are worked on there.
    private func laneHost(_ context: StepContext) -> Host? {
        context.playbook.host(context.hostName) ?? context.playbook.hosts(.controlPlane).first
    }

    /// The host that runs the command.
    private func place(_ context: StepContext) -> String? {
        hook(context)?.host ?? laneHost(context)?.name
    }

    private func receipt(_ context: StepContext) -> String {
        "\(Self.receipts)/\(context.run)/\(context.key)"
    }

    private func filled(_ word: String, _ context: StepContext) -> String {
        guard let host = laneHost(context) else { return word }
        return word.replacing("{node}", with: host.node)
            .replacing("{host}", with: host.name)
            .replacing("{address}", with: host.address)
    }
}

extension Hook {
    /// `hook-` and the name, each character that no id on disk may have replaced by a dash.
    var stepID: StepID {
        let slug = name.lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
        }
        return StepID("hook-" + String(slug)) ?? "hook"
    }
}
