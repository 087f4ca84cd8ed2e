/// The constant shell texts that run on etcd hosts; as `HostScripts`, none is ever composed.
enum EtcdScripts {
    /// What etcdctl says of the snapshot `$1`, and what was proven of it, where something was.
    static let snapshot = """
        env ETCDCTL_API=3 etcdctl snapshot status "$1" -w json
        printf '\\n@upgrader status %s\\n' "$?"
        cat -- "${1%/*}/proof-${1##*/}" 2>/dev/null
        printf '\\n@upgrader proof %s\\n' "$?"
        """

    /// Restores the snapshot `$1` into a scratch directory beside it, starts etcd on that, reads the key `$2` back, and
    /// writes what it found to the snapshot's proof, which exists only when complete.
    ///
    /// etcd listens on sockets in the scratch directory: nobody else can reach it, and no port can be taken. What a
    /// killed proof left behind is removed first, and so are proofs whose snapshot is gone. The rest of the host's etcd
    /// may share the disk, so that it is not filled: what is needed is the data, its copy in the restored store, and
    /// etcd's log, which is made of segments of 64 MB.
    /// - Source: etcd 3.2 and 3.4, embed/etcd.go (unix URLs), etcdserver/api/snap, wal/wal.go (SegmentSizeBytes)
    static let prove = """
        path=$1; key=$2; directory=${path%/*}; proof="$directory/proof-${path##*/}"; export LC_ALL=C; umask 077
        refuse() { echo "$*" >&2; exit 1; }
        etcdctl() { env -i "PATH=$PATH" ETCDCTL_API=3 etcdctl "$@"; }
        field() { printf '%s\\n' "$1" | sed -n "s/^\\"$2\\" : //p" | head -n 1; }
        rm -rf -- "$path".restore-*
        for old in "$directory"/proof-*; do [ -e "$directory/${old##*/proof-}" ] || rm -f -- "$old"; done
        size=$(stat -c %s -- "$path") && sum=$(sha256sum <"$path") || exit
        free=$(df --output=avail -B1 -- "$directory" | tail -n 1)
        needed=$((2 * size + 268435456))
        [ "$free" -ge "$needed" ] || refuse "to restore it, $needed bytes must be free in $directory; $((free)) are"
        scratch=$(mktemp -d -- "$path.restore-XXXXXX") || exit
        pid=
        trap '[ -z "$pid" ] || { kill "$pid"; wait "$pid"; } 2>/dev/null; rm -rf -- "$scratch"' EXIT
        trap 'exit 1' HUP INT TERM
        cd -- "$scratch" || exit
        etcdctl snapshot restore "$path" --data-dir data >restore.log 2>&1 || { tail -n 5 restore.log >&2; exit 1; }
        env -i "PATH=$PATH" nice -n 19 etcd --data-dir data --listen-client-urls unix://client:1 \\
            --advertise-client-urls http://client:1 --listen-peer-urls unix://peer:1 >etcd.log 2>&1 &
        pid=$!
        tries=0
        until found=$(etcdctl --endpoints=unix://client:1 get "$key" -w fields 2>get.log); do
            kill -0 "$pid" 2>/dev/null || { tail -n 5 etcd.log >&2; refuse "etcd does not run on what was restored"; }
            tries=$((tries + 1))
            [ "$tries" -lt 600 ] || { tail -n 2 get.log >&2; refuse "etcd does not answer on what was restored"; }
            sleep 0.5
        done
        at=$(field "$found" ModRevision)
        [ -n "$at" ] || refuse "what was restored has no key $key"
        all=$(etcdctl --endpoints=unix://client:1 get '' --from-key --keys-only --limit 1 -w fields) || exit
        printf 'sha256 %s\\nrevision %s\\nknown-key %s\\nkeys %s\\n' \\
            "${sum%% *}" "$(field "$found" Revision)" "$at" "$(field "$all" Count)" >"$proof.part" &&
            sync -- "$proof.part" && mv -f -- "$proof.part" "$proof"
        """
}
