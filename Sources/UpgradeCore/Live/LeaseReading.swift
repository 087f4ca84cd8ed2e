/// Reads what kubectl prints of the lease.
enum LeaseReading {
    /// The answer to `LeaseRendering.question`.
    static func lease(_ sections: Sections) throws(ReadingError) -> StoredLease {
        let named = try sections.part("form").text
        let form = named == "configmap" ? nil : named
        let object = try sections.part("object").text
        guard !object.isEmpty else {
            return StoredLease(record: nil, place: LeaseRendering.place(form: form), form: form)
        }
        return try written(object, form: form)
    }

    /// The object, as it is read or as a write answers it.
    static func written(_ text: String, form: String?) throws(ReadingError) -> StoredLease {
        let object = try HostJSON.read(LeaseObject.self, text)
        guard let version = object.metadata.resourceVersion, !version.isEmpty else {
            throw .unreadable("the lease has no resourceVersion")
        }
        return StoredLease(
            record: try record(object),
            version: version,
            place: LeaseRendering.place(form: form),
            form: form
        )
    }

    /// A lease of this name that is not of ours counts as held, by whom it says.
    private static func record(_ object: LeaseObject) throws(ReadingError) -> LeaseRecord {
        let whole = object.metadata.annotations?[LeaseRendering.annotation] ?? object.data?[LeaseRendering.key]
        guard let whole else {
            let user = clean(object.spec?.holderIdentity ?? "somebody else")
            return LeaseRecord(
                holder: LeaseHolder(user: user, run: "", reason: "", machine: "", process: ""),
                token: object.spec?.leaseTransitions ?? 0,
                beats: 0,
                ttlSeconds: object.spec?.leaseDurationSeconds ?? 0,
                renewed: clean(object.spec?.renewTime ?? "")
            )
        }
        var record = try HostJSON.read(LeaseRecord.self, whole)
        guard record.token >= 0, record.ttlSeconds >= 0, record.ttlSeconds <= longest else {
            throw .unreadable("the lease has a token or a time to live that cannot be")
        }
        record.renewed = clean(record.renewed)
        if let holder = record.holder {
            record.holder = LeaseHolder(
                user: clean(holder.user),
                run: clean(holder.run),
                reason: Redaction.redact(clean(holder.reason)),
                step: clean(holder.step),
                machine: clean(holder.machine),
                process: clean(holder.process)
            )
        }
        return record
    }

    /// A day; what is longer was not written by us and would be waited for.
    private static let longest = 86_400

    /// It is printed on a terminal: what cannot be seen is left out, and what is too long is cut.
    private static func clean(_ text: String) -> String {
        String(
            text.unicodeScalars.filter { $0.properties.generalCategory != .control && $0 != "\u{2028}" }.prefix(300)
                .map(Character.init)
        )
    }

    /// Whether somebody else was first.
    ///
    /// - Source: kubectl of the path: "Error from server (Conflict): error when replacing …", "(AlreadyExists)"
    static func isConflict(_ result: CommandResult) -> Bool {
        !result.succeeded
            && ["(Conflict)", "(AlreadyExists)"].contains { result.errorOutput.contains($0) }
    }
}
