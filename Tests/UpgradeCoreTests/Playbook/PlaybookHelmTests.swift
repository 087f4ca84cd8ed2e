import Testing

@testable import UpgradeCore

@Suite("Programs of Helm in a playbook")
struct PlaybookHelmTests {
    private func helm(_ text: String) throws -> HelmOptions? {
        try PlaybookDecoder.decode(PlaybookTexts.smallest("helm: \(text)"), file: "p.yaml", home: "/home/op").helm
    }

    private func version(_ text: String) throws -> PackageVersion { try #require(PackageVersion(text)) }

    private func errors(_ text: String) -> [String] {
        PlaybookTexts.errors(of: PlaybookTexts.smallest("helm: \(text)"))
    }

    @Test("Helm 3 beside Helm 2 and helmfile have packages of their own, each with a version a release")
    func programs() throws {
        let options = try #require(
            try helm(
                "{helm3: {versions: {1.13: 3.4.2-1}}, ask-tiller: true, helmfile: {packages: [hf], versions: {1.13: 0.135.0-1}, "
                    + "environments: [env/prod.yaml, ~/staging.yaml]}}"
            )
        )
        let release = MinorRelease(major: 1, minor: 13)
        #expect(options.helm3 == HelmProgramPackages(packages: ["helm3"], versions: [release: try version("3.4.2-1")]))
        #expect(
            options.helmfile == HelmProgramPackages(packages: ["hf"], versions: [release: try version("0.135.0-1")])
        )
        #expect(options.environments == ["env/prod.yaml", "~/staging.yaml"])
        #expect(options.asksTiller && options.versions.isEmpty)
        #expect(options.programs.map(\.packages) == [["hf"], ["helm"], ["helm3"]])
        #expect(options.installs(at: release) && !options.installs(at: release.next))
    }

    @Test("without versions, at a release that is not on the path, and with anything else it is refused")
    func wrong() {
        #expect(errors("{helmfile: {packages: [hf]}}").count == 1)
        #expect(errors("{helm3: {versions: {1.17: 3.4.2-1}}}").count == 1)
        #expect(errors("{helm3: {versions: {1.13: {package: 3.4.2-1, tag: v3.4.2}}}}").count == 1)
        #expect(errors("{helm3: {versions: {}}}").count == 1)
        #expect(errors("{revisions: 3}").count == 1)
        #expect(errors("{helm3: {versions: {1.13: 2.17.0-1}}}").count == 1)
        #expect(errors("{versions: {1.13: {package: 2.16.12-1, tag: latest}}, ask-tiller: true}").count == 1)
        #expect(errors("{versions: {1.13: {package: 2.16.12-1, tag: v2.16.12}}, ask-tiller: true}").isEmpty)
        let own = "versions: {1.13: {package: 2.16.12-1, tag: v2.16.12}}"
        #expect(errors("{\(own), helm3: {packages: [helm], versions: {1.13: 3.4.2-1}}}").count == 1)
        #expect(errors("{migrate-at: 1.13, helm3: {packages: [helm], versions: {1.13: 3.4.2-1}}}").isEmpty)
        #expect(
            errors("{helm3: {versions: {1.13: 3.4.2-1}}, helmfile: {packages: [helm3], versions: {1.13: 0.135.0-1}}}")
                .count == 1
        )
        for program in ["helm3", "helmfile"] {
            #expect(errors("{\(program): {versions: {1.12: 3.4.2-1, 1.13: 3.3.4-1}}}").count == 1)
            #expect(errors("{\(program): {versions: {1.12: 3.4.2-1, 1.13: 3.10.0-1}}}").isEmpty)
        }
    }

    @Test("a program is a name or a path, and Helm 2's, Helm 3's and helmfile's are asked by it")
    func named() throws {
        let text =
            "{versions: {1.13: {package: 2.16.12-1, tag: v2.16.12}}, packages: [helm-2], program: /opt/helm/bin/helm, "
            + "helm3: {packages: [h3], program: helm-3, versions: {1.13: 3.4.2-1}}, "
            + "helmfile: {packages: [hf], program: /opt/hf, versions: {1.13: 0.135.0-1}}}"
        let playbook = try PlaybookDecoder.decode(PlaybookTexts.smallest("helm: \(text)"), file: "p.yaml", home: "/")
        let asked = try #require(playbook.helm).asked
        #expect(asked.map(\.program) == [.helmfile, .client("/opt/helm/bin/helm"), .client("helm-3")])
        #expect(asked.map(\.package) == ["hf", "helm-2", "h3"])
        let words = ([.tiller(namespace: "ops")] + asked.map(\.program)).map {
            HelmVersionReading.command($0, playbook).words
        }
        #expect(words[0].contains("/opt/helm/bin/helm") && !words[0].contains("helm"))
        #expect(words.dropFirst().compactMap(\.first) == ["/opt/hf", "/opt/helm/bin/helm", "helm-3"])
        for wrong in ["-x", "a b", "../helm", "/opt/../helm", "\"\""] {
            #expect(errors("{migrate-at: 1.13, program: \(wrong)}").count == 1, "\(wrong)")
        }
    }

    @Test(
        "an exclusion may name the objects in which Helm 2 keeps what is meant, and one of either kind is none of both"
    )
    func exclusions() throws {
        func exclusion(_ more: String = "") -> String { "{release: ops/web\(more), reason: was left behind}" }
        let (maps, secrets) = (exclusion(", storage: configmaps"), exclusion(", storage: secrets"))
        let options = try #require(try helm("{migrate-at: 1.13, exclude: [\(maps), \(secrets)]}"))
        #expect(options.excluded.map(\.storage) == [.configMap, .secret])
        #expect(try helm("{migrate-at: 1.13, exclude: [\(exclusion())]}")?.excluded.map(\.storage) == [nil])
        #expect(errors("{migrate-at: 1.13, exclude: [\(maps), \(maps)]}").count == 1)
        #expect(errors("{migrate-at: 1.13, exclude: [\(exclusion(", storage: sql"))]}").count == 1)
    }

    @Test(
        "a package of Kubernetes' own, or of another part, is refused where it is named",
        arguments: [
            "helm: {helm3: {packages: [helm3, kubernetes-node], versions: {1.13: 3.4.2-1}}}",
            "helm: {helmfile: {packages: [kubernetes-client], versions: {1.13: 0.135.0-1}}}",
            "helm: {packages: [kubernetes-master], versions: {1.13: {package: 2.16.12-1, tag: v2.16.12}}}",
            "calico: {packages: [kubernetes-node], versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}}",
            "calico: {packages: [helm3], versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}}\n"
                + "helm: {helm3: {versions: {1.13: 3.4.2-1}}}",
            "packages: {node: [kubelet, helm3]}\nhelm: {helm3: {versions: {1.13: 3.4.2-1}}}",
        ]
    )
    func others(text: String) {
        let errors = PlaybookTexts.errors(of: PlaybookTexts.smallest(text))
        #expect(errors.count == 1 && errors[0].contains("a package has one version at a time"), "\(errors)")
    }

    @Test("the refusal names both parts and the place of the package")
    func otherPlace() {
        let text = "helm: {helm3: {packages: [helm3, kubernetes-node], versions: {1.13: 3.4.2-1}}}"
        let errors = PlaybookTexts.errors(of: PlaybookTexts.smallest(text))
        #expect(
            errors.first?.hasSuffix(
                ":34: `helm.helm3.packages` has `kubernetes-node`, which comes with `packages.node`; a package has one version "
                    + "at a time: take it out of one"
            ) == true,
            "\(errors)"
        )
        // One package of several roles has one version.
        #expect(PlaybookTexts.errors(of: PlaybookTexts.smallest("packages: {node: [k8s], control-plane: [k8s]}")) == [])
    }

    @Test("a cleanup goes on without absent objects unless the playbook says that it stops")
    func absent() throws {
        func cleanup(_ more: String) throws -> HelmCleanupOptions? {
            let cleanup = "cleanup: {at: 1.13, confirm: tiny\(more)}"
            return try helm("{migrate-at: 1.13, \(cleanup)}")?.cleanup
        }
        #expect(try cleanup("")?.absent == .accept)
        #expect(try cleanup(", absent: stop")?.absent == .stop)
    }
}
