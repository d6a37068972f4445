//! With pyang and yanglint.

mod model;
