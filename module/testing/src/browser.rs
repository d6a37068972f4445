//! Debian's Chromium behind its WebDriver: a page is opened as an operator would see it, asked about itself, and its
//! picture kept below the target directory.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// For the name of a picture.
    pub name: &'static str,
    /// Whether the operator prefers light text on a dark ground.
    pub dark: bool,
    /// How wide the screen is, in pixels.
    pub width: u32,
    /// As the browser's zoom, in percent.
    pub zoom: u32,
    /// Whether the page may run its scripts.
    pub scripts: bool,
}

/// What every page has to be good in.
pub const VIEWS: [View; 6] = [
    View { name: "light", dark: false, width: 1280, zoom: 100, scripts: true },
    View { name: "dark", dark: true, width: 1280, zoom: 100, scripts: true },
    View { name: "narrow-light", dark: false, width: 500, zoom: 100, scripts: true },
    View { name: "narrow-dark", dark: true, width: 500, zoom: 100, scripts: true },
    View { name: "zoom-200", dark: false, width: 1280, zoom: 200, scripts: true },
    View { name: "no-scripts", dark: true, width: 1280, zoom: 100, scripts: false },
];

/// A browser with nothing but its own, empty, profile; it ends with this value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts it, on a page that is empty.
    pub fn start() -> Self {
        let port = crate::free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start chromedriver: {error}; run: cargo xtask setup"));
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self { driver, port, session: String::new(), _profile: profile };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "chromedriver does not answer");
            sleep(Duration::from_millis(20));
        }
        let mut flags: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
        flags.push(format!("--user-data-dir={}", browser._profile.path().display()));
        let options = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": flags},
        }}});
        let created = browser.call("POST", "/session", &options);
        browser.session = created["sessionId"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned();
        browser
    }

    /// Opens a page in a view.
    pub fn open(&self, page: &Path, view: View) {
        // A zoomed page has so many fewer of its own pixels, and each is so much larger.
        let (width, height) = (view.width * 100 / view.zoom, 900 * 100 / view.zoom);
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": f64::from(view.zoom) / 100.0, "mobile": false,
        });
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
        let scheme = if view.dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.command("Emulation.setEmulatedMedia", &media);
        self.command("Emulation.setScriptExecutionDisabled", &json!({"value": !view.scripts}));
        self.post("/url", &json!({"url": format!("file://{}", page.display())}));
        // The driver's own queries are scripts too.
        self.command("Emulation.setScriptExecutionDisabled", &json!({"value": false}));
    }

    /// What the page's console has had to say since the last time: nothing, on a good page.
    pub fn console(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({"type": "browser"}));
        entries.as_array().unwrap().iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// The value of a script's `return`.
    pub fn evaluate(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Keeps a picture of the page, to a height of 4,000 of its pixels.
    pub fn screenshot(&self, name: &str) -> PathBuf {
        let size = "return [document.documentElement.clientWidth, document.documentElement.scrollHeight]";
        let size = self.evaluate(size);
        let height = size[1].as_u64().unwrap().min(4000);
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": height, "scale": 1});
        let shot =
            self.command("Page.captureScreenshot", &json!({"captureBeyondViewport": true, "clip": clip}));
        let directory = crate::installed::target().join("tmp/screenshots");
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join(format!("{name}.png"));
        fs::write(&path, base64(shot["data"].as_str().unwrap())).unwrap();
        path
    }

    /// What is wrong with the page as it is open now: text that stands out too little, and what goes beyond the width.
    pub fn faults(&self) -> Value {
        self.evaluate(FAULTS)
    }

    fn command(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut reply = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reply.read_line(&mut line).unwrap();
            match line.to_ascii_lowercase().strip_prefix("content-length:") {
                Some(value) => length = value.trim().parse().unwrap(),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut content = vec![0; length];
        reply.read_exact(&mut content).unwrap();
        let mut answer: Value = serde_json::from_slice(&content).unwrap();
        assert!(answer["value"]["error"].is_null(), "{path}: {}", answer["value"]);
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.call("DELETE", &format!("/session/{}", self.session), &json!({}));
        }
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

/// Contrast by WCAG 2.1, 1.4.3: 4.5 to 1 for text; reflow by 1.4.10: no scrolling in two directions.
const FAULTS: &str = r#"
const channels = colour => (colour.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
const ground = element => {
  for (; element; element = element.parentElement) {
    const colour = channels(getComputedStyle(element).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const faults = [];
for (const element of document.body.querySelectorAll('*')) {
  const text = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!text || element.closest('svg') || !element.getClientRects().length) continue;
  const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))];
  const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (contrast < 4.5) faults.push(`contrast ${contrast.toFixed(1)}: ${element.textContent.slice(0, 40)}`);
}
const beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth;
if (beyond > 0) faults.push(`the page is ${beyond} pixels too wide`);
return faults;
"#;

/// The bytes of a text in base64, RFC 4648 section 4.
fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let sextets: Vec<u32> = text.bytes().filter_map(value).map(u32::from).collect();
    let group = |group: &[u32]| {
        let bits = group.iter().fold(0, |bits, sextet| (bits << 6) | sextet) << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    sextets.chunks(4).flat_map(group).collect()
}
