extension Record {
    /// The record as the journal keeps it: the words of operators' commands without their secrets.
    var redacted: Record {
        switch self {
        case .started(let header): .started(header.redacted)
        case .resumed(let header): .resumed(header.redacted)
        case .intended(let key, let attempt, let index, let action):
            .intended(key, attempt: attempt, index: index, action.redacted)
        case .failed(let key, let attempt, .stillWrong(let actions)):
            .failed(key, attempt: attempt, .stillWrong(actions.map(\.redacted)))
        case .failed(let key, let attempt, .access(let error)):
            .failed(key, attempt: attempt, .access(error.redacted))
        case .failed(let key, let attempt, .bug(let text)):
            .failed(key, attempt: attempt, .bug(Redaction.redact(text)))
        case .skipped(let key, let attempt, let skip):
            .skipped(key, attempt: attempt, skip.redacted)
        case .withdrawn(let key, let by, let reason):
            .withdrawn(key, by: by, reason: Redaction.redact(reason))
        case .begun, .acted, .done, .failed, .undoing, .struck, .released, .tookBack, .stopped, .leased: self
        }
    }
}

extension RunHeader {
    /// The header with the operator's words without their secrets.
    var redacted: RunHeader {
        RunHeader(run: run, planDigest: planDigest, holder: holder, reason: Redaction.redact(reason))
    }
}

extension Skip {
    /// The operator's word without its secrets.
    var redacted: Skip { Skip(by: by, reason: Redaction.redact(reason), consequence: consequence) }
}

extension Action {
    /// The action as it may be written down: the words of an operator's command without their secrets.
    ///
    /// A step decides anew with the words of the playbook, so nothing is ever carried out from a record.
    var redacted: Action {
        guard case .hook(let name, let host, let words, let receipt, let deadline) = self else { return self }
        let clean = Redaction.redact(words: words)
        return .hook(name: name, host: host, words: clean, receipt: receipt, deadline: deadline)
    }
}

extension AccessError {
    /// The error without the secrets of the command that ran, or of what it printed.
    var redacted: AccessError {
        switch self {
        case .remote(let error):
            .remote(error.redacted)
        case .commandFailed(let host, let command, let status, let output):
            .commandFailed(
                host: host,
                command: Redaction.redact(command),
                status: status,
                output: Redaction.redact(output)
            )
        case .unreadable(let host, let command, let reason):
            .unreadable(host: host, command: Redaction.redact(command), reason: Redaction.redact(reason))
        case .localFile(let path, let reason):
            .localFile(path: path, reason: Redaction.redact(reason))
        case .refusedBySimulation(let reason):
            .refusedBySimulation(reason: Redaction.redact(reason))
        case .drainBlocked, .jobOverdue, .jobVanished, .leaseLost: self
        }
    }
}

extension RemoteError {
    /// The error without the secrets of the command that ran.
    var redacted: RemoteError {
        switch self {
        case .deadlinePassed(let host, let command, let deadline):
            .deadlinePassed(host: host, command: Redaction.redact(command), deadline: deadline)
        case .unreachable, .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked, .authenticationRefused, .configuration,
            .lost, .sudoRefused, .checksumMismatch, .copyFailed, .fenced, .anotherMachine:
            self
        }
    }
}
