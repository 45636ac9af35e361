//! Whom a refusal holds back, and for how long.

use super::*;

const OPERATION: &str = "get";
const WAIT: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn one_refusal_holds_back_every_customer_of_the_operation_until_the_told_time() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    let until = Instant::now() + WAIT;
    assert_eq!(throttle.held_until(OPERATION, Some(one)), Some(until));
    assert_eq!(throttle.held_until(OPERATION, Some(other)), Some(until));
    assert_eq!(throttle.held_until("another", Some(other)), None);
    tokio::time::advance(WAIT).await;
    assert_eq!(throttle.held_until(OPERATION, Some(one)), None);
}

#[tokio::test(start_paused = true)]
async fn a_customer_refused_after_its_wait_while_others_are_answered_is_held_back_alone_from_then_on() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    for _ in 0..3 {
        tokio::time::advance(WAIT + MOMENT).await;
        throttle.answered(OPERATION, Some(other));
        tokio::time::advance(MOMENT).await;
        throttle.refused(OPERATION, Some(one), WAIT);
        assert!(throttle.is_own(OPERATION, one) && !throttle.is_own(OPERATION, other));
        assert!(throttle.held_until(OPERATION, Some(one)).is_some());
        assert_eq!(throttle.held_until(OPERATION, Some(other)), None);
        // Even answered once, it has its limit.
        throttle.answered(OPERATION, Some(one));
    }
    assert_eq!(throttle.refusals(), 1);
}

#[tokio::test(start_paused = true)]
async fn answers_that_were_on_their_way_do_not_make_a_limit_a_customers_own() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    tokio::time::advance(MOMENT).await;
    throttle.answered(OPERATION, Some(other));
    tokio::time::advance(WAIT).await;
    throttle.refused(OPERATION, Some(one), WAIT);
    assert!(throttle.held_until(OPERATION, Some(other)).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_customer_refused_before_its_wait_is_over_is_not_alone_with_it() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    // Two calls for it were on their way.
    throttle.refused(OPERATION, Some(one), WAIT);
    tokio::time::advance(MOMENT).await;
    throttle.refused(OPERATION, Some(one), 2 * WAIT);
    tokio::time::advance(WAIT + MOMENT).await;
    throttle.answered(OPERATION, Some(other));
    tokio::time::advance(MOMENT).await;
    throttle.refused(OPERATION, Some(one), WAIT);
    assert!(!throttle.is_own(OPERATION, one));
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_with_nobody_answered_in_between_holds_back_all() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    tokio::time::advance(WAIT).await;
    throttle.refused(OPERATION, Some(one), WAIT);
    assert!(throttle.held_until(OPERATION, Some(other)).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_was_answered_in_between_starts_afresh() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    tokio::time::advance(WAIT + MOMENT).await;
    throttle.answered(OPERATION, Some(one));
    throttle.answered(OPERATION, Some(other));
    tokio::time::advance(MOMENT).await;
    throttle.refused(OPERATION, Some(one), WAIT);
    assert!(throttle.held_until(OPERATION, Some(other)).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_later_shorter_wait_does_not_shorten_a_longer_one() {
    let (throttle, one) = (Throttle::default(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    throttle.refused(OPERATION, Some(one), WAIT / 10);
    assert_eq!(throttle.held_until(OPERATION, Some(one)), Some(Instant::now() + WAIT));
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_days_is_a_slip_until_a_second_customer_is_told_one_too() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    let hold = Some(Instant::now() + LONGEST_HOLD);
    throttle.refused(OPERATION, Some(one), Duration::MAX);
    throttle.refused(OPERATION, Some(one), Duration::MAX);
    assert_eq!(throttle.held_until(OPERATION, Some(one)), hold);
    assert_eq!(throttle.held_until(OPERATION, Some(other)), None);
    throttle.refused(OPERATION, Some(other), Duration::MAX);
    assert_eq!(throttle.held_until(OPERATION, Some(Uuid::new_v4())), hold);
}

#[tokio::test(start_paused = true)]
async fn waits_of_days_with_answers_in_between_are_each_their_customers_own() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), Duration::MAX);
    throttle.answered(OPERATION, Some(Uuid::new_v4()));
    throttle.refused(OPERATION, Some(other), Duration::MAX);
    assert_eq!(throttle.held_until(OPERATION, Some(Uuid::new_v4())), None);
}

/// A throttle that knows of a customer with a limit of its own.
async fn keyed() -> (Throttle, Uuid) {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    tokio::time::advance(WAIT + MOMENT).await;
    throttle.answered(OPERATION, Some(other));
    tokio::time::advance(MOMENT).await;
    throttle.refused(OPERATION, Some(one), WAIT);
    (throttle, one)
}

#[tokio::test(start_paused = true)]
async fn where_one_customer_has_its_own_limit_others_are_held_back_alone_at_once() {
    let (throttle, _) = keyed().await;
    let another = Uuid::new_v4();
    throttle.refused(OPERATION, Some(another), WAIT);
    assert!(throttle.held_until(OPERATION, Some(another)).is_some());
    assert_eq!(throttle.held_until(OPERATION, Some(Uuid::new_v4())), None);
    // It was a guess.
    throttle.answered(OPERATION, Some(another));
    assert_eq!(throttle.held_until(OPERATION, Some(another)), None);
}

#[tokio::test(start_paused = true)]
async fn many_refusals_hold_back_all_whatever_is_known_of_single_customers() {
    let (throttle, _) = keyed().await;
    for _ in 0..8 {
        throttle.refused(OPERATION, Some(Uuid::new_v4()), WAIT);
        assert_eq!(throttle.held_until(OPERATION, Some(Uuid::new_v4())), None);
    }
    throttle.refused(OPERATION, Some(Uuid::new_v4()), WAIT);
    assert!(throttle.held_until(OPERATION, Some(Uuid::new_v4())).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_was_too_short_is_lengthened_until_somebody_is_answered() {
    let throttle = Throttle::default();
    let mut waits = Vec::new();
    for number in 0..10 {
        throttle.refused(OPERATION, Some(Uuid::new_v4()), Duration::from_secs(1));
        let until = throttle.held_until(OPERATION, None).expect("a refusal holds back");
        waits.push((until - Instant::now()).as_secs());
        tokio::time::advance(until - Instant::now()).await;
        if number == 7 {
            throttle.answered(OPERATION, Some(Uuid::new_v4()));
        }
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn tells_whether_refusals_were_customers_own() {
    let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
    let verdict = |since| throttle.standing(OPERATION, since).map(|standing| standing.verdict);
    assert_eq!(verdict(1), None);
    throttle.refused(OPERATION, Some(one), WAIT);
    throttle.refused(OPERATION, Some(other), WAIT);
    tokio::time::advance(WAIT + MOMENT).await;
    throttle.answered(OPERATION, Some(Uuid::new_v4()));
    tokio::time::advance(MOMENT).await;
    throttle.refused(OPERATION, Some(one), WAIT);
    assert_eq!(verdict(1), Some(Verdict::Unknown));
    throttle.gave_up(OPERATION, other);
    assert_eq!(verdict(1), Some(Verdict::Own));
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_is_answered_later_shows_that_its_refusal_was_for_the_rate_of_all() {
    let (throttle, one) = (Throttle::default(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    let number = throttle.refusals();
    throttle.answered(OPERATION, Some(one));
    let verdict = |since| throttle.standing(OPERATION, since).map(|standing| standing.verdict);
    assert_eq!((verdict(number), verdict(number + 1)), (Some(Verdict::Shared), Some(Verdict::Own)));
}

#[tokio::test(start_paused = true)]
async fn forgets_what_is_long_over() {
    let (throttle, one) = (Throttle::default(), Uuid::new_v4());
    throttle.refused(OPERATION, Some(one), WAIT);
    tokio::time::advance(WAIT + MEMORY + Duration::from_secs(1)).await;
    throttle.answered(OPERATION, Some(one));
    assert!(throttle.lock().is_empty());
    assert!(!throttle.is_active());
}

#[tokio::test(start_paused = true)]
async fn remembers_no_more_customers_than_were_refused_lately() {
    let throttle = Throttle::default();
    for _ in 0..1000 {
        throttle.refused(OPERATION, Some(Uuid::new_v4()), 12 * WAIT);
        tokio::time::advance(12 * WAIT).await;
    }
    assert!(throttle.lock()[OPERATION].customers.len() <= 32);
}
