/// Reads the sections of one playbook; what is wrong goes to the list of problems.
struct PlaybookReading {
    let top: PlaybookSection
    /// The playbook's directory with a slash at its end, or nothing.
    let directory: String
    let home: String

    private var problems: PlaybookProblems { top.problems }

    /// The playbook; `nil` when something that must be there is not, which is reported.
    func playbook() -> Playbook? {
        let cluster = top.required("cluster", .name)
        let path = releasePath()
        let hosts = self.hosts()
        let simulation = self.simulation(path)
        let calico = self.calico(path, hosts)
        let helm = self.helm(path)
        let hooks = self.hooks(hosts)
        let versions = factOverrides()
        let acceptedFindings = self.acceptedFindings()
        let accepted = self.accepted()
        let silences = self.silences()
        let notifications = self.notifications()
        let metricsFile = top.value("metrics-file", .metricsFile).map(resolve)
        let packaging = self.packaging()
        let workers = top.section("workers")
        let standard = Playbook(
            cluster: "",
            target: MinorRelease(major: 0, minor: 0),
            releases: [:],
            hosts: []
        )
        let ssh = self.ssh()
        let api = self.api()
        let etcd = self.etcd()
        let packages = self.packages()
        let conffiles = self.conffiles()
        refuseShared(packages, calico, helm)
        let savedPaths = top.list("saved-paths", .path, mayBeEmpty: true)
        let drain = self.drain(standard.drain)
        let packageHolds: PackageHolds? = top.section("packages")?.value("holds", .choice)
        let foreignCordons: ForeignCordons? = top.value("foreign-cordons", .choice)
        let batch = workers?.value("batch", .integer(1...1_000, note: " (a percentage is not understood)"))
        let budget = workers?.value("failure-budget", .integer(0...1_000, note: " (a percentage is not understood)"))
        let waves = self.waves(
            workers,
            hosts,
            batch: batch ?? standard.workerBatch,
            failureBudget: budget ?? standard.workerFailureBudget
        )
        let deadlines = self.deadlines()
        let lease = self.lease(deadlines)
        guard let cluster, let path else { return nil }
        return Playbook(
            cluster: cluster,
            target: path.target,
            releases: path.releases,
            hosts: hosts,
            simulation: simulation,
            ssh: ssh,
            api: api,
            etcd: etcd,
            packages: packages,
            conffiles: conffiles,
            packageHolds: packageHolds ?? .refuse,
            savedPaths: savedPaths ?? standard.savedPaths,
            drain: drain,
            foreignCordons: foreignCordons ?? standard.foreignCordons,
            workerBatch: batch ?? standard.workerBatch,
            workerFailureBudget: budget ?? standard.workerFailureBudget,
            waves: waves,
            deadlines: deadlines,
            lease: lease,
            calico: calico,
            helm: helm,
            hooks: hooks,
            versions: versions,
            acceptedFindings: acceptedFindings,
            accepted: accepted,
            silences: silences,
            notifications: notifications,
            metricsFile: metricsFile,
            packaging: packaging
        )
    }

    /// Findings that may stand; an entry without a reason or an end is none.
    private func acceptedFindings() -> [AcceptedFinding] {
        var seen: [String: PlaybookLocation] = [:]
        return top.sections("accepted-findings").compactMap { section in
            let id = section.required("id", .findingID)
            let reason = section.required("reason", .word)
            let until = section.required("until", .day)
            guard let id, let reason, let until else { return nil }
            if let other = seen[id] {
                problems.report(.repeated(key: section.name("id"), value: id, other: other, at: section.place))
                return nil
            }
            seen[id] = section.place
            return AcceptedFinding(id: id, reason: reason, until: until)
        }
    }

    private func packaging() -> PackagingOptions {
        var options = PackagingOptions()
        guard let section = top.section("packaging") else { return options }
        options.proxy = section.value("proxy", .proxy) ?? options.proxy
        var unique = UniqueValues(problems: problems)
        options.builders = section.sections("builders").compactMap { builder in
            let name = builder.required("name", .hostName)
            let address = builder.value("address", .address)
            unique.take(name, builder, "name", named: "packaging.builders.name")
            return name.map { Host(name: $0, address: address, roles: []) }
        }
        return options
    }

    private func ssh() -> SSHOptions {
        var options = SSHOptions()
        guard let section = top.section("ssh") else { return options }
        options.config = section.value("config", .localPath).map(resolve) ?? options.config
        options.user = section.value("user", .user) ?? options.user
        options.sudo = section.value("sudo", .flag) ?? options.sudo
        return options
    }

    func resolve(_ path: String) -> String {
        if path.hasPrefix("~/") { return home + path.dropFirst(1) }
        return path.hasPrefix("/") ? path : directory + path
    }

    private func api() -> APIOptions {
        var options = APIOptions()
        guard let section = top.section("api") else { return options }
        options.kubeconfig = section.value("kubeconfig", .path) ?? options.kubeconfig
        options.endpoint = section.value("endpoint", .endpointTemplate) ?? options.endpoint
        options.watch = section.value("watch", .duration(atLeast: .seconds(1))) ?? options.watch
        return options
    }

    private func etcd() -> EtcdOptions {
        var options = EtcdOptions()
        guard let section = top.section("etcd") else { return options }
        options.endpoint = section.value("endpoint", .url) ?? options.endpoint
        options.cacert = section.value("cacert", .path) ?? options.cacert
        options.cert = section.value("cert", .path) ?? options.cert
        options.key = section.value("key", .path) ?? options.key
        options.snapshotDirectory = section.value("snapshot-directory", .path) ?? options.snapshotDirectory
        options.keep = section.value("keep", .integer(1...1_000)) ?? options.keep
        options.provesSnapshot = section.value("prove-snapshot", .flag) ?? options.provesSnapshot
        options.knownKey = section.value("known-key", .path) ?? options.knownKey
        // A client certificate without its key, or the reverse, is refused by etcdctl at the first probe.
        if section.entry("cert") != nil { _ = section.require("key") }
        if section.entry("key") != nil { _ = section.require("cert") }
        return options
    }

    private func packages() -> PackageNames {
        var names = PackageNames()
        guard let section = top.section("packages") else { return names }
        names.controlPlane = section.list("control-plane", .packageName) ?? names.controlPlane
        names.node = section.list("node", .packageName) ?? names.node
        names.client = section.list("client", .packageName, mayBeEmpty: true) ?? names.client
        return names
    }

    private func conffiles() -> ConffileRules {
        var rules = ConffileRules()
        guard let section = top.section("packages") else { return rules }
        rules.standard = section.value("conffile-default", .choice) ?? rules.standard
        var unique = UniqueValues(problems: problems)
        for one in section.sections("conffiles") {
            let path = one.required("path", .path)
            let decision: ConffileChoice? = one.required("decision", .choice)
            unique.take(path, one, "path", named: "packages.conffiles.path")
            if let path, let decision { rules.byPath[path] = decision }
        }
        return rules
    }

    private func drain(_ standard: DrainOptions) -> DrainOptions {
        var options = standard
        guard let section = top.section("drain") else { return options }
        options.deadline = section.value("deadline", .duration()) ?? options.deadline
        options.deletesBarePods = section.value("delete-bare-pods", .flag) ?? options.deletesBarePods
        options.deletesEmptyDirData = section.value("delete-emptydir-data", .flag) ?? options.deletesEmptyDirData
        return options
    }

    /// At least three heartbeats have to fit into the time to live, so that a single lost one is none.
    private func lease(_ deadlines: Deadlines) -> LeaseTerms {
        var terms = LeaseTerms(grace: deadlines.connect)
        guard let section = top.section("lease") else { return terms }
        terms.heartbeat = section.value("heartbeat", .duration(atLeast: .seconds(1))) ?? terms.heartbeat
        terms.ttl = section.value("ttl", .duration(atLeast: .seconds(5))) ?? terms.ttl
        if terms.heartbeat * 3 > terms.ttl {
            problems.report(
                .invalidValue(
                    key: section.name("ttl"),
                    value: terms.ttl.text,
                    expected: "at least three times `lease.heartbeat`, which is \(terms.heartbeat.text)",
                    suggestion: nil,
                    at: section.place
                )
            )
        }
        return terms
    }

    private func deadlines() -> Deadlines {
        var deadlines = Deadlines()
        guard let section = top.section("deadlines") else { return deadlines }
        deadlines.connect = section.value("connect", .duration()) ?? deadlines.connect
        deadlines.install = section.value("install", .duration()) ?? deadlines.install
        deadlines.daemon = section.value("daemon", .duration()) ?? deadlines.daemon
        deadlines.nodeReady = section.value("node-ready", .duration()) ?? deadlines.nodeReady
        deadlines.backup = section.value("backup", .duration()) ?? deadlines.backup
        return deadlines
    }
}
