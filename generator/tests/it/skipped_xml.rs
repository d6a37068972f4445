//! XML that is not read: whatever stands in it, it ends where a parser of all of it says, and it hides nothing of what
//! follows.

use generate_pillar::authority::gather;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// What a document is made of: also what looks like something else, and what is cut off.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "<a>", "</a>", "</a \n>", "<a\n>", "<a/>", "<b:c>", "</b:c>", "<d x='1' y=\"2\">", "</d>", "<d x='/>'/>",
    "<d x=\">'</a>\">", "<d x='</d>\"'>", "<!-- <a> -->", "<!-->-->", "<!--- --->", "<!--", "-->",
    "<![CDATA[</a>]]>", "<![CDATA[>]]>", "<![CDATA[", "]]>", "<?p </a>?>", "<?p ?", "?>", "text", " > ", "\"", "'",
    "<router>", "</router>", "<name>no</name>", "</other>", "</", "/>", "&amp;", "\u{e9}",
];

/// A document in which that stands where nothing is read.
fn document(skipped: &str) -> String {
    format!(
        "<authority xmlns=\"http://128technology.com/t128/config/authority-config\"><other x='>'>{skipped}</other>\
         <router><name>r1</name></router></authority>"
    )
}

/// The names of the routers, when the document is accepted.
fn routers(document: &str) -> Option<Vec<String>> {
    let (authority, _) = gather(document.as_bytes()).ok()?;
    Some(authority.routers.keys().map(|name| authority.names.text(*name).to_owned()).collect())
}

/// The names of the routers as a parser of the whole document sees them.
fn routers_by_parser(document: &str) -> Option<Vec<String>> {
    let mut reader = Reader::from_str(document);
    reader.config_mut().expand_empty_elements = true;
    let mut open = Vec::new();
    let mut names = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(start.local_name().into_inner().to_owned()),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) if open == ["authority", "router", "name"] => names.push(text.to_string()),
            Event::DocType(_) => return None,
            Event::Eof => return open.is_empty().then_some(names),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]
    #[test]
    fn it_ends_where_a_parser_says(pieces in vec(select(PIECES), 0..8)) {
        let document = document(&pieces.concat());
        prop_assert_eq!(routers(&document), routers_by_parser(&document), "{}", document);
    }
}

#[test]
fn it_may_be_read_in_any_two_blocks() {
    const BLOCK: usize = 128 << 10;
    let skipped = "<a x='>' y=\"</a>\"><!-- > </a> --><![CDATA[ ]> ]]><?p > ?>a > b<c/></a >";
    let start = document("").find("</other>").unwrap();
    for before in BLOCK - start - skipped.len() - 20..BLOCK - start + 20 {
        for filling in ["x", ">"] {
            let text = document(&(filling.repeat(before) + skipped));
            assert_eq!(routers(&text), Some(vec!["r1".to_owned()]), "{before} bytes before");
        }
    }
}
