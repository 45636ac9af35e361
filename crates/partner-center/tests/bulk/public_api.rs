//! The type of a run: a `Send` stream whose `Debug` output shows no secret.

use futures_core::Stream;
use partner_center::OrganizationItem as Item;
use partner_center::auth::StaticToken;
use partner_center::uuid::Uuid;
use partner_center::{Client, Organizations};

use crate::support::customers;

fn offline() -> Organizations {
    let client = Client::builder().credential(StaticToken::new("s3cr3t-access-token")).build();
    client.expect("nothing is missing").organizations(customers(1))
}

fn is_send<T: Send>(_: &T) -> bool {
    true
}

fn is_stream<T: Stream<Item = Item> + Unpin>(_: &T) -> bool {
    true
}

#[test]
fn a_run_can_move_between_threads_and_is_a_stream() {
    let mut organizations = offline();
    assert!(is_send(&organizations) && is_stream(&organizations));
    assert!(is_send(&organizations.next()));
}

#[test]
fn debug_output_shows_settings_and_no_secret() {
    let shown = format!("{:?}", offline().concurrency(7).ordered());
    assert!(shown.contains("concurrency: 7") && shown.contains("is_ordered: true"), "{shown}");
    assert!(!shown.contains("s3cr3t") && !shown.contains(&Uuid::from_u128(1).to_string()), "{shown}");
}
