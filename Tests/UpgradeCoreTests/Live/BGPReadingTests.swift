import Testing

@testable import UpgradeCore

/// What `calicoctl node status` prints; the first is the example of Calico's documentation.
@Suite("calicoctl node status")
struct BGPReadingTests {
    @Test("each session of both tables is read, with what BIRD says of it")
    func sessions() {
        let text = """
            Calico process is running.

            IPv4 BGP status
            +--------------+-------------------+-------+------------+--------------------------------+
            | PEER ADDRESS |     PEER TYPE     | STATE |   SINCE    |              INFO              |
            +--------------+-------------------+-------+------------+--------------------------------+
            | 172.17.8.102 | node-to-node mesh | up    | 2016-11-18 | Established                    |
            | 172.17.8.103 | node specific     | start | 2016-11-18 | Active Socket: Connection      |
            +--------------+-------------------+-------+------------+--------------------------------+

            IPv6 BGP status
            +--------------+-------------------+-------+----------+-------------+
            | PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |
            +--------------+-------------------+-------+----------+-------------+
            | aa:bb::102   | global            | up    | 10:17:26 | Established |
            +--------------+-------------------+-------+----------+-------------+

            """
        let peers = BGPReading.peers(text)
        #expect(
            peers == [
                BGPPeer(address: "172.17.8.102", info: "Established"),
                BGPPeer(address: "172.17.8.103", info: "Active Socket: Connection"),
                BGPPeer(address: "aa:bb::102", info: "Established"),
            ]
        )
        #expect(peers?.map(\.isEstablished) == [true, false, true])
    }

    @Test("a node without peers has none; where nothing is told of BGP, nothing is known")
    func none() {
        let alone = """
            Calico process is running.

            IPv4 BGP status
            No IPv4 peers found.

            IPv6 BGP status
            No IPv6 peers found.

            """
        #expect(BGPReading.peers(alone) == [])
        let others = ["", "Calico process is not running.\n", "calicoctl v3.1 is a stand-in\n", "calicoctl: not found"]
        for text in others { #expect(BGPReading.peers(text) == nil, "\(text)") }
    }
}
