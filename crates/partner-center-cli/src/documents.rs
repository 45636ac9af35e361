//! Completions and manual pages, made from the command line's own description.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::print;

pub(crate) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "partner-center", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Bash {
        // The generator writes the name in two ways, one where the function finds out the command and another where it
        // tells what comes next; with a hyphen in the name they differ, and nothing is offered.
        script = script.replace("partner__subcmd__center", "partner__center");
    }
    print(&script)?;
    Ok(Exit::Success)
}

/// Prints the main page, or writes one page for each command into `folder`.
pub(crate) fn man(folder: Option<&Path>) -> Result<Exit, Failure> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Success);
    };
    let refused = |error: &std::io::Error| {
        Failure::file(error, format!("{} cannot be written", folder.display()), "Name a folder that exists.")
    };
    fs::read_dir(folder).map_err(|error| refused(&error))?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(|error| refused(&error))?;
    Ok(Exit::Success)
}
