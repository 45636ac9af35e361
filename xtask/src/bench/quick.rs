//! The quick form: whether a call has grown since its cost was recorded.

use std::process::ExitCode;

use anyhow::Result;

use super::callgrind;
use super::calls::{self, Cost};
use super::recorded::Recorded;
use super::report::grouped;
use super::server::Server;
use super::workshop::Workshop;

pub(super) fn run(workshop: &Workshop, record: bool) -> Result<ExitCode> {
    callgrind::version()?;
    let recorded = if record { None } else { Some(Recorded::read(workshop)?) };
    workshop.build()?;
    let server = Server::start(workshop, &[])?;
    let reqwest = calls::cost(&workshop.program("call-reqwest"), &server)?;
    let sdk = calls::cost(&workshop.program("call-sdk"), &server)?;
    show("instructions", |cost| cost.instructions, &sdk, &reqwest);
    show("allocations", |cost| cost.allocations, &sdk, &reqwest);
    let measured = Recorded::new(&sdk, &reqwest);
    let Some(recorded) = recorded else {
        measured.write(workshop)?;
        say!("Recorded");
        return Ok(ExitCode::SUCCESS);
    };
    let mut faults = recorded.growth(&measured);
    if sdk.grown > 0 {
        faults.push(format!("the heap grew by {} blocks while calls were made one after the other", sdk.grown));
    }
    for fault in &faults {
        eprintln!("error: {fault}");
    }
    if faults.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("Make the call cheaper, or record its new cost with a reason: cargo xtask bench --quick --record");
    Ok(ExitCode::from(1))
}

fn show(what: &str, figure: fn(&Cost) -> f64, sdk: &Cost, reqwest: &Cost) {
    let (sdk, reqwest) = (figure(sdk), figure(reqwest));
    say!("{what} of a call: SDK {}, bare reqwest {}, ratio {:.3}", grouped(sdk), grouped(reqwest), sdk / reqwest);
}
