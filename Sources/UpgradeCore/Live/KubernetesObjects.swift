/// The parts of Kubernetes objects that readers need, as `kubectl get -o json` prints them.
///
/// Everything that the API server may leave out is optional.
enum KubernetesObjects {
    struct List<Item: Decodable>: Decodable {
        var items: [Item]

        private enum CodingKeys: CodingKey {
            case items
        }

        /// A list of nothing may be `null`, as Go writes an empty slice; without `items` it is no list.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let isNone = try container.contains(.items) && container.decodeNil(forKey: .items)
            items = isNone ? [] : try container.decode([Item].self, forKey: .items)
        }
    }

    struct Metadata: Decodable {
        struct Owner: Decodable {
            var kind: String
            var name: String
            var uid: String?
            var controller: Bool?
        }
        var name: String
        var namespace: String?
        var uid: String?
        var generation: Int64?
        var labels: [String: String]?
        var annotations: [String: String]?
        var deletionTimestamp: String?
        var ownerReferences: [Owner]?

        var controller: Owner? { ownerReferences?.first { $0.controller == true } }
    }

    struct Condition: Decodable {
        var type: String
        var status: String
        var message: String?
    }

    struct Node: Decodable {
        struct Spec: Decodable {
            struct Taint: Decodable {
                var key: String
            }
            var unschedulable: Bool?
            var taints: [Taint]?
        }
        struct Status: Decodable {
            struct Info: Decodable {
                var kubeletVersion: String?
                var containerRuntimeVersion: String?
            }
            var conditions: [Condition]?
            var nodeInfo: Info?
            var allocatable: [String: String]?
        }
        var metadata: Metadata
        var spec: Spec?
        var status: Status?
    }

    struct Container: Decodable {
        struct Needs: Decodable {
            var requests: [String: String]?
        }
        struct Variable: Decodable {
            var name: String
            var value: String?
        }
        var name: String
        var image: String?
        var resources: Needs?
        var env: [Variable]?
    }

    /// What a pod wants of its node, besides plain labels.
    struct Affinity: Decodable {
        struct Node: Decodable {
            struct Required: Decodable {
                var nodeSelectorTerms: [Term]?
            }
            struct Term: Decodable {
                struct Expression: Decodable {
                    var key: String
                    var `operator`: String?
                }
                var matchExpressions: [Expression]?
            }
            var requiredDuringSchedulingIgnoredDuringExecution: Required?
        }
        var nodeAffinity: Node?

        /// The labels without which it finds no node.
        var keys: [String] {
            let terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
            return terms.flatMap { $0.matchExpressions ?? [] }
                .filter { $0.operator != "NotIn" && $0.operator != "DoesNotExist" }.map(\.key)
        }
    }

    struct Toleration: Decodable {
        var key: String?
    }

    struct PodSpec: Decodable {
        struct Volume: Decodable {
            struct EmptyDir: Decodable {}
            struct Claim: Decodable {
                var claimName: String
            }
            var emptyDir: EmptyDir?
            var persistentVolumeClaim: Claim?
        }
        var nodeName: String?
        var containers: [Container]?
        var volumes: [Volume]?
        var nodeSelector: [String: String]?
        var affinity: Affinity?
        var tolerations: [Toleration]?
        var priorityClassName: String?
    }

    struct Pod: Decodable {
        struct Status: Decodable {
            var phase: String?
            var conditions: [Condition]?
        }
        var metadata: Metadata
        var spec: PodSpec
        var status: Status?
    }

    struct Template: Decodable {
        struct Metadata: Decodable {
            var annotations: [String: String]?
        }
        var metadata: Metadata?
        var spec: PodSpec
    }

    struct DaemonSet: Decodable {
        struct Spec: Decodable {
            struct Strategy: Decodable {
                var type: String?
            }
            var template: Template
            var updateStrategy: Strategy?
        }
        struct Status: Decodable {
            var observedGeneration: Int?
            var desiredNumberScheduled: Int?
            var updatedNumberScheduled: Int?
        }
        var metadata: Metadata
        var spec: Spec
        var status: Status?

        /// How many pods are not of the template; `nil` where the controller has not seen this template yet.
        ///
        /// - Source: Kubernetes 1.12 pkg/controller/daemon/daemon_controller.go, updateDaemonSetStatus: counted by the hash
        ///   of the template under every strategy
        var outdated: Int? {
            guard let status, let seen = status.observedGeneration, seen >= metadata.generation ?? 0 else { return nil }
            return max(0, (status.desiredNumberScheduled ?? 0).saturatingSubtract(status.updatedNumberScheduled ?? 0))
        }
    }

    struct Deployment: Decodable {
        struct Strategy: Decodable {
            /// A number, or a percentage as text.
            enum Amount: Decodable {
                case number(Int)
                case text(String)

                init(from decoder: any Decoder) throws {
                    let container = try decoder.singleValueContainer()
                    if let number = try? container.decode(Int.self) {
                        self = .number(number)
                    } else {
                        self = .text(try container.decode(String.self))
                    }
                }
            }
            struct RollingUpdate: Decodable {
                var maxUnavailable: Amount?
            }
            var type: String?
            var rollingUpdate: RollingUpdate?
        }
        struct Spec: Decodable {
            var strategy: Strategy?
            var replicas: Int?
            var template: Template
        }
        struct Status: Decodable {
            var observedGeneration: Int64?
            var replicas: Int?
            var updatedReplicas: Int?
            var availableReplicas: Int?
        }
        var metadata: Metadata
        var spec: Spec
        var status: Status?
    }

    struct Budget: Decodable {
        struct Spec: Decodable {
            struct Selector: Decodable {
                struct Expression: Decodable {}
                var matchLabels: [String: String]?
                var matchExpressions: [Expression]?
            }
            var selector: Selector?
        }
        struct Status: Decodable {
            var disruptionsAllowed: Int?
            var currentHealthy: Int?
            var desiredHealthy: Int?
            var expectedPods: Int?
        }
        var apiVersion: String?
        var metadata: Metadata
        var spec: Spec?
        var status: Status?
    }

    struct Endpoints: Decodable {
        struct Address: Decodable {
            var ip: String
        }
        struct Subset: Decodable {
            var addresses: [Address]?
        }
        var metadata: Metadata
        var subsets: [Subset]?
    }

    struct Lease: Decodable {
        struct Spec: Decodable {
            var holderIdentity: String?
            var renewTime: String?
        }
        var spec: Spec?
    }

    struct LeaderRecord: Decodable {
        var holderIdentity: String?
        var renewTime: String?
    }

    struct Version: Decodable {
        var gitVersion: String
    }
}
