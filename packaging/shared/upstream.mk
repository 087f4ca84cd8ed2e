# What the rules of all components share. The files were fetched and verified before the build; here their pinned
# checksums are verified once more, so that a build by hand cannot use anything else.

# Upstream's binaries stay as they are, to the byte: what was verified is what is installed.
export DH_VERBOSE = 1
UPSTREAM = debian/.upstream

%:
	dh $@

override_dh_auto_configure override_dh_auto_test override_dh_strip override_dh_dwz override_dh_autoreconf:

override_dh_auto_clean:
	rm -rf $(UPSTREAM)

override_dh_auto_build:
	@test -n "$$UPSTREAM_PACKAGE" || { echo "build with 'upgrader package build': it fetches and verifies" >&2; exit 1; }
	python3 -B "$$UPSTREAM_PACKAGE" unpack debian/upstream.json --downloads "$$UPSTREAM_DOWNLOADS" --into $(UPSTREAM)

# What was pinned travels with the package, for `upgrader package verify`.
override_dh_installdocs:
	dh_installdocs --all debian/upstream.json

# xz: dpkg of the oldest hosts (stretch, buster) cannot read zstd.
override_dh_builddeb:
	dh_builddeb -- -Zxz

# Units are never started or restarted by a package: that is for whoever upgrades the host, or asked for by the file
# that the postinst names.
override_dh_installsystemd:
	dh_installsystemd --no-start --no-stop-on-upgrade --no-restart-after-upgrade
