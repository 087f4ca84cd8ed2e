internal import UpgradeServe

extension Complaint {
    /// A page that cannot be served.
    init(serve error: ServeError) {
        let (what, why, next) =
            switch error {
            case .notAnAddress(let text):
                (
                    "--listen \(text) is no address with a port", "an address and a port from 0 to 65535 are wanted",
                    "name one such as 127.0.0.1:8080 or [::1]:8080"
                )
            case .notLoopback(let host):
                (
                    "the page is not served on \(host)",
                    "others could reach it there, and it tells every command of a run; only 127.0.0.1, localhost and [::1] are served",
                    "leave --listen out, and look from elsewhere through `ssh -L 8080:127.0.0.1:PORT`"
                )
            case .cannotListen(let address, let reason):
                (
                    "\(address.text) cannot be listened on", reason,
                    "name another port, or leave --listen out for one that is free"
                )
            case .tokenFile(let path, let reason):
                (
                    "the token file \(path) cannot be used", reason,
                    "name a file that is not there yet: it is made, for you alone"
                )
            }
        self.init(FiveLines(error: what, why: why, state: "nothing is served, nothing was changed", next: next), .usage)
    }
}
