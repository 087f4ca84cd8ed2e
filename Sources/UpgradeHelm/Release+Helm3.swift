extension Release {
    /// The release as Helm 3 writes it.
    ///
    /// - Source: helm v3.4 pkg/release/{release,info,hook}.go, pkg/chart/{chart,file}.go
    var helm3: JSONValue {
        .brief([
            "name": .string(name),
            "namespace": .string(namespace),
            "version": .integer(Int64(version)),
            "info": info.helm3,
            "chart": chart.helm3,
            "config": .object(config),
            "manifest": .string(manifest),
            "hooks": .array(hooks.map(\.helm3)),
        ])
    }

    /// Reads what Helm 3 stores.
    static func helm3(_ data: String) throws(Unreadable) -> Release {
        try Release(helm3: try json(data))
    }

    /// What Helm 3 stores, unpacked.
    static func json(_ data: String) throws(Unreadable) -> JSONValue {
        guard let packed = Base64.decode(data), !packed.isEmpty else {
            throw Unreadable(why: "what it holds is not base64")
        }
        let bytes: [UInt8]
        do {
            bytes = packed.starts(with: Gzip.magic) ? try Gzip.unpack(packed) : packed
        } catch {
            throw Unreadable(why: "its gzip is damaged or cut off")
        }
        guard let value = JSONValue(bytes) else { throw Unreadable(why: "what it holds is not JSON") }
        return value
    }

    init(helm3 value: JSONValue) throws(Unreadable) {
        guard let name = value["name"]?.string, let info = value["info"], let chart = value["chart"],
            let metadata = chart["metadata"]
        else { throw Unreadable(why: "its name, its info or its chart is gone") }
        self.name = name
        namespace = value["namespace"]?.string ?? ""
        version = Int(value["version"]?.integer ?? 0)
        self.info = Info(
            firstDeployed: Time(info["first_deployed"]),
            lastDeployed: Time(info["last_deployed"]),
            deleted: Time(info["deleted"]),
            description: info["description"]?.string ?? "",
            status: info["status"]?.string ?? "",
            notes: info["notes"]?.string ?? ""
        )
        self.chart = Chart(
            metadata: metadata,
            templates: try File.list(chart["templates"]),
            values: chart["values"]?.object ?? [:],
            files: try File.list(chart["files"])
        )
        config = value["config"]?.object ?? [:]
        manifest = value["manifest"]?.string ?? ""
        hooks = (value["hooks"]?.array ?? []).map(Hook.init(helm3:))
    }
}

extension Release.Info {
    fileprivate var helm3: JSONValue {
        var values: [String: JSONValue] = [
            "first_deployed": .string(firstDeployed?.text ?? ""),
            "last_deployed": .string(lastDeployed?.text ?? ""),
            "deleted": .string(deleted?.text ?? ""),
        ]
        if !description.isEmpty { values["description"] = .string(description) }
        if !status.isEmpty { values["status"] = .string(status) }
        if !notes.isEmpty { values["notes"] = .string(notes) }
        return .object(values)
    }
}

extension Release.Chart {
    fileprivate var helm3: JSONValue {
        .object([
            "metadata": metadata,
            "lock": .null,
            "templates": .array(templates.map(\.helm3)),
            "values": .object(values),
            "schema": .null,
            "files": .array(files.map(\.helm3)),
        ])
    }
}

extension Release.File {
    fileprivate var helm3: JSONValue {
        .object(["name": .string(name), "data": .string(Base64.encode(data))])
    }

    fileprivate static func list(_ value: JSONValue?) throws(Unreadable) -> [Release.File] {
        var files: [Release.File] = []
        for one in value?.array ?? [] {
            guard let name = one["name"]?.string, let data = Base64.decode(one["data"]?.string ?? "") else {
                throw Unreadable(why: "a file of its chart is not base64")
            }
            files.append(Release.File(name: name, data: data))
        }
        return files
    }
}

extension Release.Hook {
    fileprivate var helm3: JSONValue {
        var values: [String: JSONValue] = [
            "last_run": .object([
                "started_at": .string(lastRun.startedAt?.text ?? ""),
                "completed_at": .string(lastRun.completedAt?.text ?? ""),
                "phase": .string(lastRun.phase),
            ]),
            "name": .string(name),
            "kind": .string(kind),
            "path": .string(path),
            "manifest": .string(manifest),
        ]
        if !events.isEmpty { values["events"] = .array(events.map(JSONValue.string)) }
        if weight != 0 { values["weight"] = .integer(weight) }
        if !deletePolicies.isEmpty { values["delete_policies"] = .array(deletePolicies.map(JSONValue.string)) }
        return .object(values)
    }

    fileprivate init(helm3 value: JSONValue) {
        name = value["name"]?.string ?? ""
        kind = value["kind"]?.string ?? ""
        path = value["path"]?.string ?? ""
        manifest = value["manifest"]?.string ?? ""
        events = (value["events"]?.array ?? []).compactMap(\.string)
        let run = value["last_run"]
        lastRun = Run(
            startedAt: Release.Time(run?["started_at"]),
            completedAt: Release.Time(run?["completed_at"]),
            phase: run?["phase"]?.string ?? ""
        )
        weight = value["weight"]?.integer ?? 0
        deletePolicies = (value["delete_policies"]?.array ?? []).compactMap(\.string)
    }
}
