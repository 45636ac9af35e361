//! `partner-center organization`: the organizations of customers.

pub(crate) mod export;
