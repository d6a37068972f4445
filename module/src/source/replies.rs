//! Replies under way, which the end of the process is not to cut: bgpd 10.3 crashes when a client closes the connection in
//! the middle of one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static REPLIES: Mutex<Replies> = Mutex::new(Replies { under_way: 0, ends: false });
static CHANGED: Condvar = Condvar::new();

struct Replies {
    under_way: usize,
    /// Whether the process ends as soon as none is under way.
    ends: bool,
}

/// A reply, from before its query is sent until this is dropped.
pub struct UnderWay(());

impl UnderWay {
    /// Begins; never, when the process is about to end. A query during another one's reply does begin, since that reply
    /// needs it.
    pub fn begin() -> Self {
        let waits = |replies: &mut Replies| replies.ends && replies.under_way == 0;
        let mut replies = CHANGED.wait_while(replies(), waits).unwrap_or_else(PoisonError::into_inner);
        replies.under_way += 1;
        Self(())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        replies().under_way -= 1;
        CHANGED.notify_all();
    }
}

/// Lets no query be sent any more, and waits for the reply to the present one, for at most so long.
pub fn finish(limit: Duration) {
    let mut replies = replies();
    replies.ends = true;
    drop(CHANGED.wait_timeout_while(replies, limit, |replies| replies.under_way > 0));
}

fn replies() -> MutexGuard<'static, Replies> {
    REPLIES.lock().unwrap_or_else(PoisonError::into_inner)
}
