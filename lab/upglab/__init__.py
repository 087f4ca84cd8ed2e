"""The lab: real hosts on one machine, for the upgrader to upgrade."""
