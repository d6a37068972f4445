//! What the packaged program leaves out of the C library, which is linked into it: 500,000 bytes, a fifth of the program.
//!
//! A static program takes whole files out of the C library, and these ask for others, whether or not their functions ever
//! run: translations of error texts and with them dynamic loading, character sets and locales, formatted output and with it
//! the arithmetic of long numbers. Each function here stands in for one of the C library's through which the program,
//! Rust's library or the C library itself would take in such parts. Those that can be called do what their comment says;
//! the program calls none of the others, and is ended if it ever does. All of it holds for a program without threads,
//! locales and loaded libraries, such as this one, and only for its static build: see `main.rs`.
//!
//! If the C library changes so that one of these is no longer needed, the program only grows. If it takes in the original
//! as well, linking fails, and the message names the function.

#![allow(unsafe_code, reason = "a name that the linker sees is unsafe, whatever the function does")]

use std::ffi::{c_char, c_int, c_long, c_void};

unsafe extern "C" {
    /// The C library's `fork` without its locks and handlers for other threads.
    safe fn _Fork() -> c_int;
    /// Prints a text and aborts.
    safe fn __libc_fatal(text: *const c_char) -> !;
}

/// There is no such function (`errno.h`).
const ENOSYS: c_int = 38;

/// The name of the size of a page (`bits/confname.h`), and that size on x86-64.
const PAGE_SIZE_NAME: c_int = 30;
const PAGE_SIZE: c_long = 4096;

/// Nothing is loaded by its name. Rust's library looks for functions that newer C libraries have, and does without.
#[unsafe(export_name = "dlsym")]
extern "C" fn find_by_name(_library: *mut c_void, _name: *const c_char) -> *mut c_void {
    std::ptr::null_mut()
}

/// Where the stack ends is unknown. Rust's library would say so when it overflows; now only the signal says it.
#[unsafe(export_name = "pthread_getattr_np")]
extern "C" fn attributes_of_thread(_thread: usize, _attributes: *mut c_void) -> c_int {
    ENOSYS
}

/// There are no other threads whose locks a new process would have to take care of.
#[unsafe(export_name = "fork")]
extern "C" fn fork() -> c_int {
    _Fork()
}

/// Texts of errors stay English, as they are without a locale.
#[unsafe(export_name = "__dcgettext")]
extern "C" fn translate(_domain: *const c_char, text: *const c_char, _category: c_int) -> *const c_char {
    text
}

/// The text of an error whose number the C library does not know is empty; Rust's library adds the number.
#[unsafe(export_name = "__snprintf")]
extern "C" fn format_into(_text: *mut c_char, _size: usize, _format: *const c_char) -> c_int {
    0
}

/// What the C library did not expect of itself ends the program with that condition, without its file and line.
#[unsafe(export_name = "__assert_fail")]
extern "C" fn assertion_failed(
    condition: *const c_char,
    _file: *const c_char,
    _line: u32,
    _function: *const c_char,
) -> ! {
    __libc_fatal(condition)
}

/// Of the system's limits only the size of a page is asked for; the others are told to be indeterminate.
#[unsafe(export_name = "sysconf")]
extern "C" fn limit_of_system(name: c_int) -> c_long {
    if name == PAGE_SIZE_NAME { PAGE_SIZE } else { -1 }
}

/// The same, by the name that the C library has for it.
#[unsafe(export_name = "__sysconf")]
extern "C" fn limit_of_system_inside(name: c_int) -> c_long {
    limit_of_system(name)
}

/// One thread needs the memory pools of one processor.
#[unsafe(export_name = "__get_nprocs")]
extern "C" fn processors() -> c_int {
    1
}

/// No library is loaded, so no directories of libraries are prepared.
#[unsafe(export_name = "_dl_init_paths")]
extern "C" fn prepare_library_directories() {}

/// Nothing asks the C library what kind a character is, so its tables of that are not prepared.
#[unsafe(export_name = "__ctype_init")]
extern "C" fn prepare_kinds_of_characters() {}

/// Only the C library's statistics of memory are printed by it, and nothing asks for them.
#[unsafe(export_name = "fprintf")]
extern "C" fn print() -> ! {
    std::process::abort()
}

/// Where they would be printed.
#[unsafe(export_name = "stderr")]
static STANDARD_ERROR: usize = 0;
