//! Statuses: which are final, which are none of success although they say so.

use partner_center::ErrorKind;
use partner_center_mock::Reply;
use partner_center_mock::faults::{Answer, EventKind, FaultServer};

use crate::support::{CONTOSO, Outcome, call, client, contoso, status};

#[tokio::test]
async fn refusals_are_final_and_are_asked_once() -> Outcome {
    for sent in [400, 401, 403, 404, 409, 412, 417, 501] {
        let server = FaultServer::start([Reply::text(sent, r#"{"code":77}"#)]).await?;
        let error = call(&client(server.url())).await.expect_err("a refusal");
        assert_eq!((status(&error), error.code(), error.attempts()), (Some(sent), Some("77"), 1));
        assert_eq!(server.count(EventKind::Request), 1, "{sent}");
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_without_content_is_no_organization() -> Outcome {
    for (sent, kind) in [
        (204, ErrorKind::UnexpectedStatus),
        (205, ErrorKind::UnexpectedStatus),
        (206, ErrorKind::UnexpectedStatus),
        (304, ErrorKind::UnexpectedStatus),
    ] {
        let server = FaultServer::start([Reply::new(sent)]).await?;
        let error = call(&client(server.url())).await.expect_err("no content");
        assert_eq!((error.kind(), status(&error), error.attempts()), (kind, Some(sent), 1));
    }
    Ok(())
}

#[tokio::test]
async fn part_of_a_body_is_not_taken_for_the_whole() -> Outcome {
    let server = FaultServer::start([Reply::text(206, CONTOSO).header("Content-Range", "bytes 0-26/99")]).await?;
    let error = call(&client(server.url())).await.expect_err("a part");
    assert_eq!((error.kind(), error.raw().as_ref()), (ErrorKind::UnexpectedStatus, CONTOSO.as_bytes()));
    Ok(())
}

#[tokio::test]
async fn a_switch_of_protocols_that_nobody_asked_for_is_an_error() -> Outcome {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    let server = FaultServer::start([Answer::raw(switch).then_close(), contoso().into()]).await?;
    match call(&client(server.url())).await {
        Ok(response) => assert_eq!(response.attempts(), 2, "a failed connection is tried again"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::UnexpectedStatus),
    }
    Ok(())
}

#[tokio::test]
async fn statuses_outside_the_known_classes_are_errors() -> Outcome {
    for sent in [600, 799, 999] {
        let server = FaultServer::start([Reply::text(sent, "?")]).await?;
        let error = call(&client(server.url())).await.expect_err("no class");
        assert_eq!((error.kind(), status(&error)), (ErrorKind::UnexpectedStatus, Some(sent)));
    }
    Ok(())
}
