//! The marked block in `top.sls`, as PyYAML understands it.

use super::python::python;
use crate::top_file::editable;

#[test]
fn salt_s_own_yaml_reads_the_entry_beside_what_was_there() {
    let texts: Vec<_> = editable().into_iter().map(|(text, expected)| [text.to_owned(), expected]).collect();
    let script = "
import json, sys, yaml
for before, after in json.load(sys.stdin):
    wanted = yaml.safe_load(before) or {}
    wanted['plugins'] = dict(wanted.get('plugins') or {}, **{'**': ['bgp-community-services']})
    assert yaml.safe_load(after) == wanted, (before, after)
";
    python(script, &serde_json::to_string(&texts).unwrap());
}
