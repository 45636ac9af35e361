//! The typed httpmock extension, by progenitor.

use anyhow::{Context, Result};
use progenitor::Generator;
use syn::{Item, parse_quote};

use crate::contract::Contract;

/// The extension's source, formatted, without the file's header.
pub(super) fn generate(contract: &Contract) -> Result<String> {
    let tokens = Generator::new(&super::client::settings())
        .httpmock(&contract.openapi()?, "partner_center_gen")
        .context("progenitor cannot read the contract")?;
    let mut file = syn::parse2(tokens).context("progenitor's mocks are not Rust")?;
    seal(&mut file);
    Ok(prettyplease::unparse(&file))
}

/// Keeps the trait to itself, so that the method of a new operation breaks nobody's implementation.
fn seal(file: &mut syn::File) {
    for item in &mut file.items {
        if let Item::Trait(extension) = item {
            extension.supertraits.push(parse_quote!(sealed::Sealed));
            extension.colon_token = Some(Default::default());
        }
    }
    file.items.push(parse_quote! {
        mod sealed {
            pub trait Sealed {}
            impl Sealed for ::httpmock::MockServer {}
        }
    });
}
