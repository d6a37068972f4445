//! With pyang and yanglint.

mod model;
mod tools;
