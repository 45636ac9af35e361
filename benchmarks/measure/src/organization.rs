//! The model, as somebody would write it by hand.

use serde::Deserialize;

/// The organization, as somebody would write it by hand.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    pub street: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country_letter_code: Option<String>,
    pub display_name: Option<String>,
    pub technical_notification_mails: Option<Vec<String>>,
}
