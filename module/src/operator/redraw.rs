//! `status --watch`: the same text again and again, in the place of the one before.

use std::io::{self, IsTerminal, Stdout, Write};
use std::thread::sleep;
use std::time::Duration;

use rustix::termios::tcgetwinsize;

/// To the upper left corner, without a new page, so that nothing flickers.
const HOME: &str = "\x1b[H";

/// Removes what is left of a line, and of the screen.
const CLEAR_LINE: &str = "\x1b[K";
const CLEAR_SCREEN: &str = "\x1b[J";

/// Writes what `text` returns, with a pause after each, until it returns none.
///
/// # Errors
/// When it cannot be written.
pub fn redraw<E: From<io::Error>>(
    pause: Duration,
    mut text: impl FnMut() -> Result<Option<String>, E>,
) -> Result<(), E> {
    let stdout = io::stdout();
    let is_terminal = stdout.is_terminal();
    while let Some(text) = text()? {
        let shown = if is_terminal { in_place(&text, size(&stdout)) } else { format!("{text}\n") };
        let mut stdout = stdout.lock();
        stdout.write_all(shown.as_bytes())?;
        stdout.flush()?;
        drop(stdout);
        sleep(pause);
    }
    Ok(())
}

/// Rows and columns of the terminal; a small one if it does not tell.
fn size(stdout: &Stdout) -> (usize, usize) {
    let told = tcgetwinsize(stdout).ok().filter(|size| size.ws_row > 0 && size.ws_col > 0);
    told.map_or((24, 80), |size| (size.ws_row.into(), size.ws_col.into()))
}

/// The text over what is on the screen, as far as the screen has room: a text that is longer would scroll.
fn in_place(text: &str, (rows, columns): (usize, usize)) -> String {
    let mut left = rows.saturating_sub(1);
    let mut shown = HOME.to_owned();
    for line in text.lines() {
        let height = line.chars().count().div_ceil(columns).max(1);
        let Some(rest) = left.checked_sub(height) else {
            shown += &format!("…{CLEAR_LINE}");
            break;
        };
        left = rest;
        shown += &format!("{line}{CLEAR_LINE}\n");
    }
    shown + CLEAR_SCREEN
}
