//! The device code grant.

use super::*;

#[tokio::test]
async fn a_device_code_is_polled_until_approved() -> Outcome {
    use DevicePoll::*;
    let interval = Duration::from_secs(1);
    let polls = [Pending, SlowDown, Pending, Approved];
    let entra = TokenEndpoint::builder().device_polls(polls).device_interval(interval).start().await?;
    let scope = "https://api.partnercenter.microsoft.com/user_impersonation offline_access";
    let (status, begun) = post(&entra.device_code_url(TENANT), &[("client_id", "app"), ("scope", scope)]).await?;
    assert_eq!((status, &begun["interval"], &begun["expires_in"]), (200, &json!(1), &json!(900)));
    assert!(text(&begun, "message").contains(&text(&begun, "user_code")));
    let device_code = text(&begun, "device_code");
    let poll = [("grant_type", DEVICE_GRANT), ("client_id", "app"), ("device_code", device_code.as_str())];
    for expected in ["authorization_pending", "slow_down", "authorization_pending"] {
        let (status, body) = ask(&entra, &poll).await?;
        assert_eq!((status, text(&body, "error").as_str()), (400, expected));
    }
    let (status, body) = ask(&entra, &poll).await?;
    assert!(status == 200 && body.get("refresh_token").is_some());
    assert_eq!(text(&ask(&entra, &poll).await?.1, "error"), "bad_verification_code");
    assert_eq!((entra.count(Grant::DeviceAuthorization), entra.count(Grant::DeviceCode)), (1, 5));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_device_code_can_be_declined_and_expires() -> Outcome {
    for (polls, wait, expected) in [
        (DevicePoll::Declined, 0, "authorization_declined"),
        (DevicePoll::Expired, 0, "expired_token"),
        (DevicePoll::Pending, 59, "authorization_pending"),
        (DevicePoll::Approved, 60, "expired_token"),
    ] {
        let lifetime = Duration::from_secs(60);
        let entra = TokenEndpoint::builder().device_polls([polls]).device_lifetime(lifetime).start().await?;
        let url = entra.device_code_url(TENANT);
        let device_code = text(&post(&url, &[("client_id", "app"), ("scope", "x")]).await?.1, "device_code");
        tokio::time::sleep(Duration::from_secs(wait)).await;
        let poll = [("grant_type", DEVICE_GRANT), ("client_id", "app"), ("device_code", device_code.as_str())];
        assert_eq!(text(&ask(&entra, &poll).await?.1, "error"), expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_device_code_without_offline_access_gives_no_refresh_token() -> Outcome {
    let entra = TokenEndpoint::builder().device_polls([DevicePoll::Approved]).start().await?;
    let begun = post(&entra.device_code_url(TENANT), &[("client_id", "app"), ("scope", SCOPE)]).await?.1;
    let device_code = text(&begun, "device_code");
    let poll = [("grant_type", DEVICE_GRANT), ("client_id", "app"), ("device_code", device_code.as_str())];
    let (status, body) = ask(&entra, &poll).await?;
    assert!(status == 200 && body.get("refresh_token").is_none());
    Ok(())
}
