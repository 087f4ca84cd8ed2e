/// Turns probes into questions: the one place that knows the argv and the reader of every probe.
public enum ProbeRendering {
    /// The command that answers `probe`, where it is one; `nil` for what the operator's machine answers itself.
    public static func command(for probe: Probe, playbook: Playbook) -> RenderedCommand? {
        if case .helmReleases = probe {
            let page = HelmRequests(playbook).page(of: .helm2ConfigMaps, size: 500, after: nil)
            return RenderedCommand(host: CommandRendering.apiHost(playbook), command: page)
        }
        if case .helmPresence = probe {
            let page = HelmRequests(playbook).page(of: HelmRequests.Deployed.helm3Secrets.path, size: 32, after: nil)
            return RenderedCommand(host: CommandRendering.apiHost(playbook), command: page)
        }
        if case .podReach = probe {
            return RenderedCommand(host: CommandRendering.apiHost(playbook), command: runningPods(playbook))
        }
        guard let question = question(for: probe, playbook: playbook) else { return nil }
        let host =
            switch question.place {
            case .host(let name): name
            case .controlPlane: CommandRendering.apiHost(playbook)
            }
        return RenderedCommand(host: host, command: question.command)
    }

    static func question(for probe: Probe, playbook: Playbook) -> Question? {
        switch probe {
        // A conversation of many pages, not one question.
        // So are pods that a node reaches: first the API, then the node.
        // A silence is asked for on the operator's machine: see `SilencedCluster`.
        case .localFile, .helmReleases, .helmPresence, .silence, .silenceMarks, .podReach: nil
        case .identity, .freeSpace, .packages, .candidates, .archives, .dryStart, .conffiles, .packageSystem, .unit,
            .file, .files,
            .hostConfiguration, .apiRequests, .unreachedKubelets, .bgpPeers,
            .calicoConfiguration, .nodeImage, .programs, .marks, .newerFiles, .helmVersion:
            hostQuestion(probe, playbook: playbook)
        case .etcdMember, .snapshot, .calicoStores, .etcdRestore: etcdQuestion(probe, playbook: playbook)
        case .apiServer, .apiServers, .leader, .nodes, .node, .podsOnNode, .budgets, .daemonSet, .deployment, .pods,
            .objects, .helmManifests, .markedDaemonSets:
            apiQuestion(probe, playbook: playbook)
        }
    }

    /// The pods of all nodes that may be asked whether they are reached, in the words of `PodReachReading`.
    static func runningPods(_ playbook: Playbook) -> Command {
        Kubectl(playbook).brief(
            ["get", "pods", "--all-namespaces", "--field-selector=status.phase=Running", "-o", PodReachReading.format]
        )
    }

    /// Asks those pods from a node.
    static func podReach(_ words: [String]) -> Command {
        script(CalicoNodeScripts.podReach, "pod-reach", words)
    }

    /// A question to a host that is answered where the command ends well.
    private static func ask(
        _ host: String,
        _ command: Command,
        read: @escaping @Sendable (String) throws(ReadingError) -> Answer
    ) -> Question {
        Question(place: .host(host), command: command) { result, _ throws(ReadingError) in
            try read(try result.text())
        }
    }

    /// A question to the API that is answered where the command ends well.
    private static func askAPI(
        _ command: Command,
        read: @escaping @Sendable (String) throws(ReadingError) -> Answer
    ) -> Question {
        Question(place: .controlPlane, command: command) { result, _ throws(ReadingError) in
            try read(try result.text())
        }
    }

    private static func script(_ text: String, _ name: String, _ words: [String]) -> Command {
        Command(["/bin/sh", "-c", text, "upgrader-\(name)"] + words, needsRoot: true)
    }
}

// MARK: hosts

extension ProbeRendering {
    private static func hostQuestion(_ probe: Probe, playbook: Playbook) -> Question? {
        switch probe {
        case .identity(let host):
            var command = script(HostScripts.identity, "identity", [playbook.ssh.sudo ? "sudo" : "nosudo"])
            command.needsRoot = false
            return Question(place: .host(host), command: command) { result, times throws(ReadingError) in
                .identity(try HostReading.identity(try result.text(), times))
            }
        case .freeSpace(let host, let path):
            return ask(host, script(HostScripts.freeSpace, "free-space", [path])) { text throws(ReadingError) in
                .freeSpace(try HostReading.freeSpace(text))
            }
        case .packages(let host, let names):
            let format = "--showformat=${Package}\\t${Version}\\t${Status}\\n"
            let command = Command(["dpkg-query", "--show", format, "--"] + names)
            return Question(place: .host(host), command: command) { result, _ throws(ReadingError) in
                // Status 1: dpkg does not know one of them, the others are printed. (dpkg-query(1), exit status)
                .packages(try HostReading.packages(try result.text(allowing: 1)))
            }
        case .candidates(let host, let names):
            return ask(host, Command(["apt-cache", "madison", "--"] + names)) { text throws(ReadingError) in
                .candidates(try HostReading.candidates(text))
            }
        case .archives(let host, let packages):
            let words = packages.map { "\($0.name)=\($0.version)" }
            return ask(host, script(HostScripts.archives, "archives", words)) { text throws(ReadingError) in
                .archives(try HostReading.archives(text))
            }
        case .dryStart(let host, let packages, let units):
            let words = [HostPlace.scratch] + packages.map { "\($0.name)=\($0.version)" } + units
            var question = ask(host, script(HostScripts.dryStart, "dry-start", words)) { text throws(ReadingError) in
                .dryStart(try DryStartReading.result(text))
            }
            question.deadline = playbook.deadlines.install
            return question
        case .conffiles(let host, let packages):
            let words = [HostPlace.scratch, HostPlace.rollback] + packages.map { "\($0.name)=\($0.version)" }
            var question = ask(host, script(HostScripts.conffiles, "conffiles", words)) { text throws(ReadingError) in
                .conffiles(try ConffileReading.survey(text))
            }
            question.deadline = playbook.deadlines.install
            return question
        case .packageSystem(let host):
            return ask(host, packageSystem) { text throws(ReadingError) in
                .packageSystem(try HostReading.packageSystem(Sections(text)))
            }
        case .unit(let host, let unit):
            return ask(host, script(HostScripts.unit, "unit", [unit])) { text throws(ReadingError) in
                .unit(try HostReading.unit(Sections(text)))
            }
        case .file(let host, let path):
            return ask(host, script(HostScripts.file, "file", [path])) { text throws(ReadingError) in
                .file(try HostReading.file(text))
            }
        case .files(let host, let directory, let prefix):
            let words = [directory, CommandRendering.glob(prefix)]
            return ask(host, script(HostScripts.files, "files", words)) { text throws(ReadingError) in
                .files(text.split(separator: "\n").map(String.init).sorted())
            }
        case .hostConfiguration(let host):
            let packages = playbook.packages.all.map { "package=\($0)" }
            let command = script(HostScripts.configuration, "configuration", DaemonName.all + packages)
            return ask(host, command) { text throws(ReadingError) in
                .hostConfiguration(try HostConfigurationReading.configuration(text))
            }
        case .apiRequests(let name):
            // The server of this very host: its metrics are its own, as its audit log is.
            let endpoint = Kubectl(playbook, server: playbook.host(name) ?? Host(name: name, roles: []))
            let words = endpoint.brief([]).words
            return ask(name, script(ControlPlaneScripts.requests, "requests", words)) { text throws(ReadingError) in
                .apiRequests(try ControlPlaneReading.requests(text))
            }
        case .unreachedKubelets(let name):
            let words = Kubectl(playbook).brief([]).words
            return ask(name, script(ControlPlaneScripts.kubelets, "kubelets", words)) { text throws(ReadingError) in
                .unreachedKubelets(try ControlPlaneReading.kubelets(text))
            }
        case .bgpPeers(let host):
            // Always 0: a host without Calico has no sessions, and that is an answer.
            return ask(host, script(HostScripts.bgpPeers, "bgp-peers", [])) { text in
                .bgpPeers(BGPReading.peers(text))
            }
        case .calicoConfiguration(let host):
            return ask(host, script(CalicoScripts.configuration, "calico-configuration", [])) { text in
                .calicoConfiguration(text.split(separator: "\n").map(String.init))
            }
        case .marks(let host):
            return ask(host, MarkedCommand.question) { text throws(ReadingError) in
                .marks(try HostReading.marks(text))
            }
        case .nodeImage(let host, let image, let client):
            let words = [client?.rawValue ?? "", image, CalicoCommands.withRegistry(image)]
            return ask(host, script(CalicoNodeScripts.image, "node-image", words)) { text in
                let lines = text.split(separator: "\n").map(String.init)
                return .nodeImage(
                    NodeImage(client: lines.first.flatMap(ImageClient.init), isPresent: lines.contains("present"))
                )
            }
        case .programs(let host, let names):
            return ask(host, script(CalicoNodeScripts.programs, "programs", names)) { text in
                let lines = Set(text.split(separator: "\n").map(String.init))
                return .programs(names.filter { lines.contains($0) })
            }
        case .newerFiles(let host, let unit, let packages):
            let words = [unit] + packages
            return ask(host, script(CalicoNodeScripts.newerFiles, "newer-files", words)) { text in
                .newerFiles(text.split(separator: "\n").map(String.init))
            }
        case .helmVersion(let host, let program):
            let command = HelmVersionReading.command(program, playbook)
            return Question(place: .host(host), command: command) { result, _ in
                .helmVersion(HelmVersionReading.version(of: program, result))
            }
        case .localFile, .etcdMember, .snapshot, .calicoStores, .etcdRestore, .apiServer, .apiServers, .leader, .nodes,
            .node,
            .podsOnNode, .budgets,
            .daemonSet, .deployment, .pods, .objects, .helmManifests, .helmReleases, .helmPresence, .silence, .podReach,
            .markedDaemonSets, .silenceMarks:
            return nil
        }
    }

    static var packageSystem: Command {
        script(HostScripts.packageSystem, "package-system", HostPlace.packageLocks)
    }
}

// MARK: etcd

extension ProbeRendering {
    private static func etcdQuestion(_ probe: Probe, playbook: Playbook) -> Question? {
        switch probe {
        case .etcdMember(let host):
            let etcdctl = CommandRendering.etcdctl(playbook.etcd)
            return ask(host, script(HostScripts.etcdMember, "etcd-member", etcdctl)) { text throws(ReadingError) in
                .etcdMember(try EtcdReading.member(Sections(text)))
            }
        case .snapshot(let host, let path):
            return ask(host, script(EtcdScripts.snapshot, "snapshot", [path])) { text throws(ReadingError) in
                .snapshot(try EtcdReading.snapshot(Sections(text)))
            }
        case .calicoStores(let host):
            let words = CalicoCommands(playbook).stores
            return ask(host, script(CalicoScripts.stores, "calico-stores", words)) { text throws(ReadingError) in
                .calicoStores(try CalicoReading.stores(Sections(text)))
            }
        case .etcdRestore(let host, let mark):
            let words = RestoreCommands(playbook).question(mark)
            return ask(host, script(RestoreScripts.state, "etcd-restore", words)) { text throws(ReadingError) in
                .etcdRestore(try EtcdReading.restore(Sections(text)))
            }
        case .localFile, .identity, .freeSpace, .packages, .candidates, .archives, .dryStart, .conffiles,
            .packageSystem, .unit,
            .file, .files, .calicoConfiguration, .podReach, .nodeImage, .programs, .newerFiles,
            .apiServer, .apiServers,
            .leader, .nodes, .node, .podsOnNode, .budgets, .daemonSet, .deployment, .hostConfiguration, .pods, .objects,
            .helmManifests, .helmReleases, .helmPresence, .helmVersion, .apiRequests, .unreachedKubelets, .bgpPeers,
            .silence,
            .marks, .markedDaemonSets, .silenceMarks:
            return nil
        }
    }
}

// MARK: the API

extension ProbeRendering {
    private static func apiQuestion(_ probe: Probe, playbook: Playbook) -> Question? {
        let kubectl = Kubectl(playbook)
        let brief = kubectl.brief([]).words
        switch probe {
        case .apiServer(let name):
            let endpoint = Kubectl(playbook, server: playbook.host(name) ?? Host(name: name, roles: []))
            let words = endpoint.prefix + ["--request-timeout=10s"]
            return askAPI(script(HostScripts.apiServer, "api-server", words)) { text throws(ReadingError) in
                .apiServer(try ObjectReading.apiServer(Sections(text)))
            }
        case .apiServers:
            let words = ["endpoints", "kubernetes", "--namespace=default"]
            return askAPI(get(kubectl, words)) { text throws(ReadingError) in
                .apiServers(try ObjectReading.apiServers(text))
            }
        case .leader(let component):
            return askAPI(script(HostScripts.leader, "leader", [component] + brief)) { text throws(ReadingError) in
                .leader(try ObjectReading.leader(Sections(text)))
            }
        case .nodes:
            return askAPI(get(kubectl, ["nodes"])) { text throws(ReadingError) in
                .nodes(try ObjectReading.nodes(text))
            }
        case .node(let name):
            return askAPI(getIfAny(kubectl, ["node", name])) { text throws(ReadingError) in
                .node(try ObjectReading.node(text))
            }
        case .podsOnNode(let node):
            let words = ["pods", "--all-namespaces", "--field-selector=spec.nodeName=\(node)"]
            return askAPI(get(kubectl, words)) { text throws(ReadingError) in
                .pods(try ObjectReading.pods(text))
            }
        case .budgets:
            let words = ["poddisruptionbudgets.policy", "--all-namespaces"]
            return askAPI(get(kubectl, words)) { text throws(ReadingError) in
                .budgets(try ObjectReading.budgets(text))
            }
        case .daemonSet(let namespace, let name):
            let command = script(HostScripts.daemonSet, "daemonset", [namespace, name] + brief)
            return askAPI(command) { text throws(ReadingError) in
                .daemonSet(try ObjectReading.daemonSet(Sections(text)))
            }
        case .deployment(let namespace, let name):
            let command = getIfAny(kubectl, ["deployments.apps", name, "--namespace=\(namespace)"])
            return askAPI(command) { text throws(ReadingError) in
                .deployment(try ObjectReading.deployment(text))
            }
        case .pods:
            // kubectl lists in pages of this size (limit and continue) and prints one list.
            return askAPI(get(kubectl, ["pods", "--all-namespaces", "--chunk-size=500"])) { text throws(ReadingError) in
                .podsByNode(try ObjectReading.podsByNode(text))
            }
        case .objects:
            return askAPI(script(ObjectScripts.objects, "objects", brief)) { text throws(ReadingError) in
                .objects(try AppliedReading.objects(Sections(text)))
            }
        case .helmManifests:
            return askAPI(script(ObjectScripts.helm, "helm", brief)) { text throws(ReadingError) in
                .helmManifests(try HelmReading.manifests(text))
            }
        case .markedDaemonSets:
            return askAPI(get(kubectl, ["daemonsets.apps", "--all-namespaces"])) { text throws(ReadingError) in
                .markedDaemonSets(try ObjectReading.markedDaemonSets(text))
            }
        case .localFile, .identity, .freeSpace, .packages, .candidates, .archives, .dryStart, .conffiles,
            .packageSystem, .unit,
            .file, .files, .marks, .silenceMarks,
            .etcdMember,
            .snapshot, .hostConfiguration, .helmReleases, .helmPresence, .helmVersion, .apiRequests, .unreachedKubelets,
            .bgpPeers, .silence,
            .calicoConfiguration, .calicoStores, .podReach, .nodeImage, .programs, .etcdRestore, .newerFiles:
            return nil
        }
    }

    private static func get(_ kubectl: Kubectl, _ words: [String]) -> Command {
        kubectl.brief(["get"] + words + ["-o", "json"])
    }

    /// One object; where there is none kubectl prints nothing and ends well.
    private static func getIfAny(_ kubectl: Kubectl, _ words: [String]) -> Command {
        get(kubectl, words + ["--ignore-not-found"])
    }
}

extension CommandResult {
    /// What the command printed.
    ///
    /// - Throws: `ReadingError.failed` where it ended neither with status 0 nor with `allowed`.
    func text(allowing allowed: Int32 = 0) throws(ReadingError) -> String {
        guard succeeded || outcome == .exited(allowed) else { throw .failed }
        return output
    }
}
