internal import Foundation
internal import SwiftProtobuf

/// Why what Helm 2 stores cannot be read; the texts name no contents.
struct Unreadable: Error, Hashable {
    var why: String
}

extension Release {
    /// Reads what Helm 2 stores, with what Helm 3 has no place for, in words.
    static func helm2(_ data: String) throws(Unreadable) -> (release: Release, notes: [String]) {
        let stored = try message(data)
        var notes = Notes()
        notes.look(stored)
        return (try Release(helm2: stored), notes.all)
    }

    /// > base64 of gzip of a protobuf; without the magic the bytes are the protobuf itself.
    /// (helm v2.17 pkg/storage/driver/util.go, decodeRelease)
    static func message(_ data: String) throws(Unreadable) -> ProtoRelease {
        guard !data.isEmpty else { throw Unreadable(why: "it holds nothing") }
        guard let packed = Data(base64Encoded: data, options: .ignoreUnknownCharacters), !packed.isEmpty else {
            throw Unreadable(why: "what it holds is not base64")
        }
        var bytes = [UInt8](packed)
        let isPacked = bytes.starts(with: Gzip.magic)
        if isPacked {
            do throws(Gzip.Failure) {
                bytes = try Gzip.unpack(bytes)
            } catch {
                switch error {
                case .damaged: throw Unreadable(why: "its gzip is damaged or cut off")
                case .tooLarge: throw Unreadable(why: "it unpacks to more than \(Gzip.limit >> 20) MiB")
                }
            }
        }
        let what = isPacked ? "what it unpacks to" : "what it holds is not gzip, and"
        let message: ProtoRelease
        do {
            message = try ProtoRelease(serializedBytes: bytes)
        } catch {
            throw Unreadable(why: "\(what) is not a release of Helm 2; it may be encrypted")
        }
        // Nearly any short text happens to be a message of fields that nobody knows.
        guard !message.name.isEmpty, message.version > 0 else {
            throw Unreadable(why: "\(what) is not a release of Helm 2; it may be encrypted")
        }
        return message
    }

    private init(helm2 stored: ProtoRelease) throws(Unreadable) {
        guard stored.hasInfo, stored.info.hasStatus else { throw Unreadable(why: "its info or its status is gone") }
        guard stored.hasChart, stored.chart.hasMetadata else { throw Unreadable(why: "its chart is gone") }
        name = stored.name
        namespace = stored.namespace
        version = Int(stored.version)
        info = Info(
            firstDeployed: Time(stored.info.hasFirstDeployed ? stored.info.firstDeployed : nil),
            lastDeployed: Time(stored.info.hasLastDeployed ? stored.info.lastDeployed : nil),
            deleted: Time(stored.info.hasDeleted ? stored.info.deleted : nil),
            description: stored.info.description_p,
            status: stored.info.status.code.helm3,
            notes: stored.info.status.notes
        )
        chart = try Chart(helm2: stored.chart)
        config = try Self.values(stored.config.raw, "its values")
        manifest = stored.manifest
        let suite = stored.info.status.lastTestSuiteRun
        hooks = stored.hooks.map { hook in Hook(helm2: hook, suite.results.last { $0.name == hook.name }) }
    }

    fileprivate static func values(_ raw: String, _ what: String) throws(Unreadable) -> [String: JSONValue] {
        do {
            return try YAMLValues.mapping(raw)
        } catch {
            throw Unreadable(why: "\(what) \(error.why)\(error.line.map { ", line \($0)" } ?? "")")
        }
    }
}

extension Release.Chart {
    fileprivate init(helm2 chart: ProtoChart) throws(Unreadable) {
        files = Self.files(of: chart, below: "")
        metadata = Self.metadata(chart.metadata, dependencies: Self.dependencies(files))
        templates = chart.templates.map { Release.File(name: $0.name, data: [UInt8]($0.data)) }
        values = try Release.values(chart.values.raw, "the values of its chart")
    }

    /// The files of a chart, and those of the charts in it: their description, values, templates and files.
    private static func files(of chart: ProtoChart, below directory: String) -> [Release.File] {
        let own = chart.files.map { Release.File(name: directory + $0.typeURL, data: [UInt8]($0.value)) }
        return own
            + chart.dependencies.flatMap { part in
                let place = "\(directory)charts/\(part.metadata.name)/"
                let description = metadata(part.metadata, dependencies: [])
                var files = [Release.File(name: place + "Chart.yaml", data: description.text)]
                if !part.values.raw.isEmpty {
                    files.append(Release.File(name: place + "values.yaml", data: Array(part.values.raw.utf8)))
                }
                files += part.templates.map { Release.File(name: place + $0.name, data: [UInt8]($0.data)) }
                return files + Self.files(of: part, below: place)
            }
    }

    /// As `Metadata` of Helm 3 is written; what it has no field for stands in the annotations.
    ///
    /// - Source: helm v3.4 pkg/chart/metadata.go
    private static func metadata(_ from: ProtoMetadata, dependencies: [JSONValue]) -> JSONValue {
        func string(_ text: String) -> JSONValue { .string(text) }
        var annotations = from.annotations.mapValues(string)
        // > gotpl  is the only engine that Helm 2 has and its default.  (helm v2.17 pkg/engine)
        if !from.engine.isEmpty, from.engine != "gotpl" { annotations["upgrader/helm2-engine"] = .string(from.engine) }
        if !from.tillerVersion.isEmpty { annotations["upgrader/helm2-tiller-version"] = .string(from.tillerVersion) }
        return .brief([
            "name": .string(from.name),
            "home": .string(from.home),
            "sources": .array(from.sources.map(string)),
            "version": .string(from.version),
            "description": .string(from.description_p),
            "keywords": .array(from.keywords.map(string)),
            "maintainers": .array(
                from.maintainers.map {
                    .brief(["name": .string($0.name), "email": .string($0.email), "url": .string($0.url)])
                }
            ),
            "icon": .string(from.icon),
            "apiVersion": .string(from.apiVersion),
            "condition": .string(from.condition),
            "tags": .string(from.tags),
            "appVersion": .string(from.appVersion),
            "deprecated": .bool(from.deprecated),
            "annotations": .object(annotations),
            "kubeVersion": .string(from.kubeVersion),
            "dependencies": .array(dependencies),
            "type": .string("application"),
        ])
    }

    /// What requirements.yaml asks for; Helm 3 reads it from there, too, for a chart of Helm 2.
    ///
    /// - Source: helm v3.4 pkg/chart/loader/load.go and pkg/chart/dependency.go. A value of another type would make Helm
    ///   refuse the whole release, so it is left out.
    private static func dependencies(_ files: [Release.File]) -> [JSONValue] {
        guard let file = files.first(where: { $0.name == "requirements.yaml" }),
            let text = String(validating: file.data, as: UTF8.self),
            let listed = (try? YAMLValues.mapping(text))?["dependencies"]?.array
        else { return [] }
        return listed.compactMap { one in
            guard one["name"]?.string != nil else { return nil }
            var values: [String: JSONValue] = [:]
            for key in ["name", "version", "repository", "condition", "alias"] {
                if let text = one[key]?.string { values[key] = .string(text) }
            }
            if let tags = one["tags"]?.array, tags.allSatisfy({ $0.string != nil }) { values["tags"] = .array(tags) }
            if let enabled = one["enabled"]?.bool { values["enabled"] = .bool(enabled) }
            if let imported = one["import-values"]?.array { values["import-values"] = .array(imported) }
            return .brief(values)
        }
    }
}

extension Release.Hook {
    fileprivate init(helm2 hook: ProtoHook, _ test: ProtoTestRun?) {
        name = hook.name
        kind = hook.kind
        path = hook.path
        manifest = hook.manifest
        events = hook.events.map(\.helm3)
        weight = Int64(hook.weight)
        deletePolicies = hook.deletePolicies.map(\.helm3)
        let ran = Release.Time(hook.hasLastRun ? hook.lastRun : nil)
        lastRun = Run(startedAt: ran, completedAt: ran, phase: ran == nil ? "" : "Unknown")
        if let test {
            lastRun = Run(
                startedAt: Release.Time(test.hasStartedAt ? test.startedAt : nil),
                completedAt: Release.Time(test.hasCompletedAt ? test.completedAt : nil),
                phase: test.status.helm3
            )
        }
    }
}

extension Release.Time {
    fileprivate init?(_ stored: ProtoTimestamp?) {
        guard let stored else { return nil }
        seconds = stored.seconds
        nanoseconds = stored.nanos
    }
}
