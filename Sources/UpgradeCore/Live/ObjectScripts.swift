/// The constant shell texts that list objects of the API; the parameters are the kubectl command.
enum ObjectScripts {
    /// The resources of `objects`, each by the group that every release of the path serves it in.
    ///
    /// A resource that the server does not know has no object; any other refusal ends the script.
    static let objects = """
        for resource in deployments.apps daemonsets.apps statefulsets.apps replicasets.apps jobs.batch cronjobs.batch \
            ingresses.extensions networkpolicies.networking.k8s.io podsecuritypolicies.policy \
            poddisruptionbudgets.policy horizontalpodautoscalers.autoscaling \
            roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io \
            clusterroles.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io \
            priorityclasses.scheduling.k8s.io storageclasses.storage.k8s.io \
            services namespaces persistentvolumes validatingwebhookconfigurations.admissionregistration.k8s.io \
            mutatingwebhookconfigurations.admissionregistration.k8s.io \
            customresourcedefinitions.apiextensions.k8s.io apiservices.apiregistration.k8s.io
        do
            { problem=$("$@" get "$resource" --all-namespaces --chunk-size=500 -o json 2>&1 >&3); } 3>&1
            status=$?
            case $status,$problem in
            0,* | *"have a resource type"*) ;;
            *) printf '%s\\n' "$problem" >&2; exit "$status" ;;
            esac
            printf '\\n@upgrader %s %s\\n' "$resource" "$status"
        done
        "$@" get configmap coredns --namespace=kube-system --ignore-not-found -o json || exit
        printf '\\n@upgrader coredns 0\\n'
        "$@" get secrets --namespace=kube-system --field-selector=type=bootstrap.kubernetes.io/token \
            -o 'go-template={{range .items}}{{.metadata.name}} {{.data.expiration}}{{"\\n"}}{{end}}' 2>/dev/null
        printf '\\n@upgrader bootstrap-tokens %s\\n' "$?"
        """

    /// Every deployed release of Helm 2 and 3, unpacked: its Helm (for 2 with the kind of the object), namespace, name and base64 of what
    /// was stored.
    ///
    /// Helm 2 stores base64 of gzip of a protobuf in a ConfigMap or a Secret, Helm 3 base64 of gzip of JSON in a Secret;
    /// the API shows the data of a Secret as base64 once more.
    /// - Source: helm v2.16 pkg/storage/driver/util.go, helm v3.0 pkg/storage/driver/util.go
    static let helm = """
        stored='{{range .items}}{{.metadata.namespace}} {{.metadata.name}} {{.data.release}}{{"\\n"}}{{end}}'
        plain() { printf '%s' "$1" | base64 -d | gzip -dc | base64 -w 0; }
        twice() { printf '%s' "$1" | base64 -d | base64 -d | gzip -dc | base64 -w 0; }
        show() {
            while read -r namespace name data; do
                printf '%s %s %s %s\\n' "$1" "$namespace" "$name" "$("$2" "$data" 2>/dev/null)"
            done
        }
        found=$("$@" get configmaps --all-namespaces --selector=OWNER=TILLER,STATUS=DEPLOYED \
            -o "go-template=$stored") || exit
        [ -z "$found" ] || printf '%s\\n' "$found" | show 2/configmaps plain
        found=$("$@" get secrets --all-namespaces --selector=OWNER=TILLER,STATUS=DEPLOYED \
            -o "go-template=$stored") || exit
        [ -z "$found" ] || printf '%s\\n' "$found" | show 2/secrets twice
        found=$("$@" get secrets --all-namespaces --selector=owner=helm,status=deployed \
            -o "go-template=$stored") || exit
        [ -z "$found" ] || printf '%s\\n' "$found" | show 3 twice
        echo end
        """
}
