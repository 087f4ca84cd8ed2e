extension LeaseHolder {
    /// Who, in one line for a person.
    public var title: String {
        let what = run.isEmpty ? "" : " for run \(run)"
        let place = step.isEmpty ? "" : ", at \(step)"
        return "\(user)\(what)\(place)\(reason.isEmpty ? "" : " (\(reason))")"
    }
}

extension LeaseLoss {
    /// Why the cluster may not be changed any more, in one line for a person.
    public var why: String {
        switch self {
        case .taken(let holder?, let token): "the lease was taken over by \(holder.title), with token \(token)"
        case .taken(nil, _): "the lease was given back or removed by somebody else"
        case .lapsed(let after):
            "no heartbeat reached the cluster for \(after.text): the API was away, or this process did not run"
        case .fenced(let host, let seen): "\(host) has seen token \(seen), which is newer than ours"
        }
    }

    /// What the operator can do about it.
    public var next: String {
        switch self {
        case .taken, .fenced: "leave the cluster to whoever holds the lease now"
        case .lapsed: "see that the API answers and nobody else works on the cluster"
        }
    }
}

extension StoredLease {
    /// Who holds it, in one line for a person; wall clocks are told, never compared.
    public var title: String {
        guard let record else { return "there is none yet (\(place))" }
        guard let holder = record.holder else { return "nobody; the last token was \(record.token) (\(place))" }
        return "\(holder.title), token \(record.token), last heartbeat \(record.renewed) by its own clock (\(place))"
    }
}
