//! The page of `status --live --html` in a real browser.

use std::fs;
use std::path::Path;

use bgpcs_testing::browser::{Browser, VIEWS, View};
use serde_json::json;

use crate::fleet::{fleet, many};

#[test]
fn the_page_of_five_thousand_nodes_can_be_used() {
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("fleet.html");
    let html = many(5000).html();
    assert!(html.len() <= 3_000_000, "{}", html.len());
    fs::write(&page, html).unwrap();
    let browser = Browser::start();
    for view in VIEWS {
        browser.open(&page, view);
        assert_eq!(browser.faults(), json!([]), "{view:?}");
        assert_eq!(browser.console(), [""; 0], "{view:?}");
        let seen = browser.evaluate(
            "return [document.querySelectorAll('#nodes tbody tr').length, document.querySelector('#tools').hidden]",
        );
        assert_eq!(seen, if view.scripts { json!([100, false]) } else { json!([0, true]) }, "{view:?}");
        browser.screenshot(&format!("live-{}", view.name));
    }
    browser.open(&page, VIEWS[0]);
    let shown = || browser.evaluate("return document.querySelector('#shown').value");
    let set = |id: &str, value: &str| {
        browser.evaluate(&format!(
            "const tool = document.querySelector('{id}'); tool.value = '{value}'; \
             tool.dispatchEvent(new Event('input')); return location.hash"
        ))
    };
    assert_eq!(shown(), json!("5000 of 5000 nodes"));
    assert_eq!(set("#health", "no-answer"), json!("#health=no-answer"), "a link to what is seen");
    assert_eq!(shown(), json!("50 of 5000 nodes"));
    assert_eq!(set("#search", "router17 "), json!("#q=router17+&health=no-answer"));
    browser.evaluate("location.hash = '#finding=outlier'");
    assert_eq!(
        browser.evaluate(
            "dispatchEvent(new HashChangeEvent('hashchange')); \
             return [document.querySelector('#shown').value, document.querySelectorAll('td.outlier').length > 0]"
        ),
        json!(["50 of 5000 nodes", true])
    );
    let opened = browser.evaluate(
        "document.querySelector('#nodes tbody button').click(); \
         return [document.querySelectorAll('tr.open').length, document.querySelector('tr.open').textContent.includes('outlier')]",
    );
    assert_eq!(opened, json!([1, true]));
    let elements = browser.evaluate("return document.querySelectorAll('i, img').length");
    assert_eq!(elements, json!(0), "names stay text");
}

/// The picture of the documents is small, and the page that it shows is good; `BLESS=1` makes it anew.
#[test]
fn the_picture_of_the_documents() {
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("fleet.html");
    fs::write(&page, fleet("picture").html()).unwrap();
    let browser = Browser::start();
    let view = View { name: "picture", dark: false, width: 800, zoom: 66, scripts: true };
    browser.open(&page, view);
    assert_eq!((browser.faults(), browser.console()), (json!([]), vec![]));
    let picture = browser.screenshot("fleet");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fleet.png");
    if std::env::var_os("BLESS").is_some() {
        fs::copy(&picture, &kept).unwrap();
    }
    let size = fs::metadata(&kept).unwrap().len();
    assert!(size <= 120_000, "{}: {size} bytes", kept.display());
}
