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
        case .begun, .acted, .done, .failed, .undoing, .struck, .released, .stopped: self
        }
    }
}

extension RunHeader {
    /// The header with the operator's words without their secrets.
    var redacted: RunHeader {
        RunHeader(run: run, planDigest: planDigest, holder: holder, reason: Redaction.redact(reason))
    }
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
