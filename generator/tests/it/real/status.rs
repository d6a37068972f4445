//! The page of `status --html` in a real browser.

use bgpcs_testing::browser::{Browser, VIEWS};
use serde_json::json;

use crate::status::fleet;

#[test]
fn a_fleet_can_be_searched_and_sorted() {
    let conductor = fleet();
    let page = conductor.path("fleet.html");
    let browser = Browser::start();
    for view in VIEWS {
        browser.open(&page, view);
        assert_eq!(browser.faults(), json!([]), "{view:?}");
        assert_eq!(browser.console(), [""; 0], "{view:?}");
        let seen = browser.evaluate(
            "return [document.querySelectorAll('tbody tr').length, document.querySelector('#tools').hidden, \
             document.querySelectorAll('script').length, document.querySelectorAll('i').length]",
        );
        assert_eq!(seen, json!([1000, !view.scripts, 1, 0]), "{view:?}");
        browser.screenshot(&format!("fleet-{}", view.name));
    }
    browser.open(&page, VIEWS[0]);
    let first = "return document.querySelector('tbody tr:not([hidden]) th').textContent";
    let click = |column: &str| {
        browser.evaluate(&format!(
            "[...document.querySelectorAll('thead button')].find(head => head.textContent === '{column}').click()"
        ));
    };
    click("Health");
    assert_eq!(browser.evaluate(first), json!("router7"), "the worst first");
    click("Router");
    click("Router");
    assert_eq!(browser.evaluate(first), json!("router999"), "the last name first");
    browser.evaluate(
        "const search = document.querySelector('#search'); search.value = 'broken ROUTER257'; \
         search.dispatchEvent(new Event('input'))",
    );
    assert_eq!(browser.evaluate("return document.querySelector('#shown').value"), json!("1 of 1000 routers"));
    assert_eq!(browser.evaluate(first), json!("router257"));
}
