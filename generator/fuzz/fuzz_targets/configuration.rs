//! Any bytes as a configuration: they are refused, or everything up to the pillars' text and the findings works.

#![no_main]

use generate_pillar::authority::gather;
use generate_pillar::pillar::file;
use generate_pillar::report::{findings_as_json, summary};
use generate_pillar::{check, plan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|configuration: &[u8]| {
    let Ok((authority, _)) = gather(configuration) else { return };
    let plan = plan::plan(&authority);
    for index in 0..plan.len() {
        let (asset_id, document) = plan.pillar(index).expect("a planned pillar is there");
        let text = file::text(&asset_id, &document).expect("a pillar is JSON");
        assert!(text.starts_with(&file::header(asset_id.as_str())));
    }
    let findings: Vec<_> = plan.findings.iter().cloned().chain(check::check(&authority)).collect();
    for finding in &findings {
        assert!(!finding.named(&authority.names).to_string().contains('\n'));
    }
    findings_as_json(&findings, &authority.names).expect("a report is JSON");
    assert!(summary(&authority).to_string().lines().count() >= 4);
});
