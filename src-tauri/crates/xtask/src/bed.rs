//! `cargo xtask bed`: a test bed to try things on by hand.

use anyhow::Result;
use slipway_testbed::{Bed, EngineKind};

#[derive(clap::Args)]
pub struct BedArguments {
    /// floor (20.10), today-classic or today-containerd (28.5)
    #[arg(long, default_value = "floor")]
    kind: EngineKind,
}

#[expect(clippy::print_stdout, reason = "the address is this command's result")]
pub fn run(arguments: BedArguments) -> Result<()> {
    let bed = Bed::start(arguments.kind)?;
    println!("DOCKER_HOST={}", bed.docker_host());
    println!(
        "# registry at {}; end this with Ctrl-C, everything goes with it",
        bed.registry_address()
    );
    // The bed ends when this process does, whatever ends it.
    loop {
        std::thread::park();
    }
}
