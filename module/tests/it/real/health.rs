//! The table of states: what each fault of a router is called, with which exit status and which advice, at a real bgpd.
