//! How long the program takes beside `find` and `grep`. Run by hand:
//! `SLIPWAY_PORTHOLE=<program> SLIPWAY_TREE=<folder> cargo test -p slipway-porthole --test program beside -- --ignored --nocapture`

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use slipway_porthole::request::{Request, Search, SearchFor};
use slipway_testbed::process::command;

use crate::support::Porthole;

fn middle(mut act: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let begun = Instant::now();
            act();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[3]
}

#[test]
#[ignore = "it measures, on a quiet machine and a tree of its own"]
fn beside_find_and_grep() {
    let tree = PathBuf::from(std::env::var_os("SLIPWAY_TREE").expect("a tree to measure in"));
    let program = std::env::var_os("SLIPWAY_PORTHOLE").expect("the program to measure");
    let start = || {
        let mut command = command(&program);
        command
            .arg("--place")
            .arg(&tree)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        Porthole::started(command)
    };
    let outside = |program: &str, arguments: &[&str]| {
        let mut command = command(program);
        command.args(arguments).arg(&tree).stdout(Stdio::null());
        command
    };
    let find = middle(|| {
        let mut command = command("find");
        command
            .arg(&tree)
            .args(["-printf", "%p %s %b %T@ %y %n %i\n"])
            .stdout(Stdio::null());
        assert!(command.status().expect("find runs").success());
    });
    let walk = middle(|| {
        start()
            .hear(Request::Walk {
                path: "".into(),
                largest: 10,
            })
            .1
            .expect("it walks");
    });
    println!(
        "walk {walk:?}, find {find:?}: {:.2}",
        walk.as_secs_f64() / find.as_secs_f64()
    );
    for (what, arguments, text) in [
        (
            "rare",
            &["-rn", "zebra-crossing-7"][..],
            SearchFor::Text("zebra-crossing-7".into()),
        ),
        (
            "common",
            &["-rn", "value"][..],
            SearchFor::Text("value".into()),
        ),
        (
            "pattern",
            &["-rnE", "z[a-e]bra-[0-9]+"][..],
            SearchFor::Pattern("z[a-e]bra-[0-9]+".into()),
        ),
    ] {
        for case in [true, false] {
            let mut arguments = arguments.to_vec();
            if !case {
                arguments.push("-i");
            }
            let grep = middle(|| {
                // Code 1 says that nothing was found.
                outside("grep", &arguments).status().expect("grep runs");
            });
            let search = middle(|| {
                start()
                    .hear(Request::Search(Search {
                        path: "".into(),
                        what: text.clone(),
                        case,
                        hidden: true,
                        most: u32::MAX,
                        most_of_one: u32::MAX,
                    }))
                    .1
                    .expect("it searches");
            });
            println!(
                "{what} case {case}: {search:?}, grep {grep:?}: {:.2}",
                search.as_secs_f64() / grep.as_secs_f64()
            );
        }
    }
}
