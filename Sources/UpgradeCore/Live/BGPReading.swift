internal import Foundation

/// Reads `calicoctl node status`.
///
/// - Source: projectcalico/calicoctl v2.x and v3.x, calicoctl/commands/node/status.go: a table for each of IPv4 and IPv6, with
///   the columns PEER ADDRESS, PEER TYPE, STATE, SINCE, INFO; `No IPv4 peers found.` where there is none;
///   `Calico process is not running.` and an exit code of 1 where BIRD is not there.
enum BGPReading {
    /// The sessions; `nil` where nothing is told of BGP.
    static func peers(_ text: String) -> [BGPPeer]? {
        guard text.contains("BGP status") else { return nil }
        return text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("|") else { return nil }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5, cells[0] != "PEER ADDRESS" else { return nil }
            return BGPPeer(address: cells[0], info: cells[4])
        }
    }
}
