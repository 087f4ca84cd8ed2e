/// Directories of every host.
public enum HostPlace {
    /// Where packages are unpacked to be looked at: /tmp and /var/tmp may forbid programs; /var is where disk-space has
    /// looked.
    static let scratch = "/var/lib"
    /// What apt and dpkg lock for an install, in this order; a download locks only the last.
    ///
    /// - Source: apt 2.6, apt-pkg/deb/debsystem.cc and apt-private/private-install.cc; dpkg 1.21, lib/dpkg/dbmodify.c
    static let packageLocks = [
        "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/cache/apt/archives/lock",
    ]
    /// Where the archives of the packages before are kept; one version of each.
    public static let rollback = "/var/lib/upgrader/rollback"
    /// Where effects of runs on the host are marked, each in a file of its own.
    static let marks = "/var/lib/upgrader/marks"
    /// Where calico-upgrade writes its reports, and what of its work is done is marked.
    public static let calico = "/var/lib/upgrader/calico-upgrade"
    /// Where a host keeps what it has come to in a restore of etcd: a directory for each run.
    public static let restore = "/var/lib/upgrader/restore"
}
