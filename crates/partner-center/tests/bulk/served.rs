//! The list of the served Partner Center, as the SDK reads it.

use partner_center::auth::ClientSecret;
use partner_center::{Client, ListedCustomer};
use partner_center_mock::serve::{self, Service, ServiceBuilder};

use crate::support::Outcome;

async fn start(service: ServiceBuilder) -> Result<(Service, Client), Box<dyn std::error::Error>> {
    let service = service.start().await?;
    let credential = ClientSecret::new("contoso.example", "an-application", "a-secret");
    let client = Client::builder().base_url(service.base_url()).authority(service.authority()).credential(credential);
    Ok((service, client.build()?))
}

#[tokio::test]
async fn pages_of_any_size_list_each_customer_once() -> Outcome {
    let (service, client) = start(Service::builder().customers(1234)).await?;
    for (size, pages) in [(500, 3), (100, 13), (1, 1234)] {
        let before = service.request_count();
        let customers: Vec<_> = client.customers().page_size(size).try_collect().await?;
        let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
        assert_eq!(ids, (0..1234).map(serve::customer_id).collect::<Vec<_>>());
        assert_eq!(service.request_count() - before, pages);
    }
    Ok(())
}

#[tokio::test]
async fn filters_find_what_starts_with_the_prefix_in_any_case() -> Outcome {
    let (_service, client) = start(Service::builder().customers(1000)).await?;
    let names = |customers: Vec<ListedCustomer>| -> Vec<String> {
        customers.iter().filter_map(|customer| customer.company_name().map(str::to_owned)).collect()
    };
    let oaks = names(client.customers().name_starts_with("oak b").page_size(2).try_collect().await?);
    assert!(oaks.len() == 6 && oaks.iter().all(|name| name.starts_with("Oak B")), "{oaks:?}");
    let domains: Vec<ListedCustomer> = client.customers().domain_starts_with("CUSTOMER-99").try_collect().await?;
    assert_eq!(domains.len(), 11);
    assert!(domains.iter().all(|customer| customer.domain().is_some_and(|domain| domain.starts_with("customer-99"))));
    Ok(())
}

#[tokio::test]
async fn page_faults_lose_no_customer_and_an_endless_list_is_an_error() -> Outcome {
    let (service, client) = start(Service::builder().customers(1000).page_faults(true)).await?;
    for has_end in [false, true, false, true] {
        let (mut ids, mut error) = (Vec::new(), None);
        let mut customers = client.customers().page_size(150);
        while let Some(customer) = customers.next().await {
            match customer {
                Ok(customer) => ids.push(customer.id),
                Err(failure) => error = Some(failure),
            }
        }
        assert_eq!(error.is_none(), has_end, "{error:?}");
        assert_eq!(ids, (0..1000).map(serve::customer_id).collect::<Vec<_>>());
    }
    // Seven pages and two empty ones in each list, and one 401.
    assert_eq!(service.request_count(), 4 * 9 + 1);
    Ok(())
}
