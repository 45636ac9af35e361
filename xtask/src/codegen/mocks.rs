//! The typed httpmock extension, by progenitor.

use anyhow::{Context, Result};
use progenitor::Generator;

use crate::contract::Contract;

/// The extension's source, formatted, without the file's header.
pub(super) fn generate(contract: &Contract) -> Result<String> {
    let tokens = Generator::new(&super::client::settings())
        .httpmock(&contract.openapi()?, "partner_center_gen")
        .context("progenitor cannot read the contract")?;
    let file = syn::parse2(tokens).context("progenitor's mocks are not Rust")?;
    Ok(prettyplease::unparse(&file))
}
