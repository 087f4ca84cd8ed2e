internal import UpgradeCore

extension SideEffect {
    /// Why it is not undone by hand: what that breaks while Calico is moved node by node; `nil` where it breaks nothing.
    var caution: String? {
        switch self {
        case .cordon, .mask, .pause, .liftedHold, .silence: nil
        case .updateStrategy:
            "while a pod is not of the template, any other strategy has Kubernetes replace it at once, behind no gate; cleanup "
                + "looks, and leaves it then"
        case .templateImage, .templateVariable:
            "once a node has it, taking it back takes that node back; cleanup looks, and leaves it then"
        case .calicoPaused:
            "once a node works with the new store, the old one must sleep; cleanup looks, and leaves it then"
        }
    }
}
