//! What can be typed after `slipway`, with its help texts.
//!
//! Only spelling is judged here; what a value means is judged by the form's own check, so that the
//! window and the terminal refuse the same things in the same words.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    it did not work
  2    the command was typed wrongly
  3    no container engine can be used
  4    a choice is not possible, or needs your agreement (--accept-risk, --yes)
  5    what was named is not there: a lab, a recipe, an image, a file
  130  cancelled";

/// Launch data-science labs. Without a command, the window opens.
#[derive(Debug, Parser)]
#[command(name = "slipway", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Arguments {
    /// Open the window on this lab: it is started where it is stopped, and opens when it answers
    #[arg(long, value_name = "LAB")]
    pub lab: Option<String>,
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Answer with JSON on the standard output, and failures as JSON on the standard error
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Launch a lab from a recipe, like another lab, from an image or from a file
    Launch(Launch),
    /// List your labs
    Labs,
    /// List the recipes that a lab can be launched from
    Recipes,
    /// Open a lab's page in the browser, signed in where possible
    Open {
        /// The lab's name or id
        lab: String,
        /// Print the address instead of opening it. It may hold a token that signs in whoever has it
        #[arg(long)]
        print_address: bool,
    },
    /// Start a stopped lab, or launch it again where its container is gone
    Start {
        /// The lab's name or id
        lab: String,
        /// Open its page when it answers
        #[arg(long)]
        open: bool,
        /// End as soon as it runs, without waiting for its answer
        #[arg(long, conflicts_with = "open")]
        no_wait: bool,
        /// Agree to its risks, where it has to be launched again
        #[arg(long)]
        accept_risk: bool,
    },
    /// Stop a lab; its files stay
    Stop {
        /// The lab's name or id
        lab: String,
    },
    /// Stop a lab and start it again
    Restart {
        /// The lab's name or id
        lab: String,
        /// End as soon as it runs, without waiting for its answer
        #[arg(long)]
        no_wait: bool,
    },
    /// Change a lab: what will happen is shown first, and whatever fails, it is as before
    Change(Change),
    /// Show what a lab wrote, without its passwords and tokens
    Logs {
        /// The lab's name or id
        lab: String,
        /// Go on until the lab ends or Ctrl-C is pressed
        #[arg(long, short)]
        follow: bool,
        /// How many lines of the past
        #[arg(long, value_name = "NUMBER", default_value_t = 200)]
        tail: u32,
    },
    /// Show what deleting a lab takes away, and delete it after a yes
    Delete {
        /// The lab's name or id
        lab: String,
        /// Delete this volume, too; may be repeated
        #[arg(long, value_name = "VOLUME")]
        with_volume: Vec<String>,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Say whether the container engine is well, and what to do if not
    Doctor {
        /// Also run a small container, as the window's “Try it” does
        #[arg(long = "try")]
        try_it: bool,
    },
    /// Show the command that does the same as a recipe, a lab or a file
    #[command(name = "command")]
    Spell {
        /// A recipe, a lab, an image or a file
        #[arg(value_name = "RECIPE|LAB|IMAGE|FILE")]
        what: String,
        /// Whose spelling to show
        #[arg(long, value_enum, default_value = "bash")]
        shell: Shell,
        /// Agree to add a recipe that comes from elsewhere
        #[arg(long, short)]
        yes: bool,
    },
    /// Read a `docker run` command, say what it means, and launch it if asked to
    ImportRun(ImportRun),
}

#[derive(Debug, Args)]
pub struct Launch {
    /// A recipe, a lab, an image or a file (an exported lab, or a recipe)
    #[arg(value_name = "RECIPE|LAB|IMAGE|FILE")]
    pub what: String,
    #[command(flatten)]
    pub choices: Choices,
    #[command(flatten)]
    pub going: Going,
}

#[derive(Debug, Args)]
pub struct ImportRun {
    /// The whole command in quotes, or `-` to read it from the standard input
    #[arg(value_name = "COMMAND", allow_hyphen_values = true)]
    pub text: String,
    /// The value of a variable that the command leaves open; may be repeated
    #[arg(long = "set", value_name = "VARIABLE=VALUE")]
    pub set: Vec<String>,
    /// Launch it
    #[arg(long)]
    pub launch: bool,
    #[command(flatten)]
    pub choices: Choices,
    #[command(flatten)]
    pub going: Going,
}

#[derive(Debug, Args)]
pub struct Change {
    /// The lab's name or id
    pub lab: String,
    #[command(flatten)]
    pub choices: Choices,
    /// What lies in its container outside volumes may be lost; do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// How a launch is gone along with.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Going {
    /// Open the page when the lab answers (the default on a terminal)
    #[arg(long, conflicts_with = "no_open")]
    pub open: bool,
    /// Do not open the page (the default with --json, and in scripts)
    #[arg(long)]
    pub no_open: bool,
    /// Wait until the lab answers (the default)
    #[arg(long, conflicts_with = "no_wait")]
    pub wait: bool,
    /// End as soon as the lab runs
    #[arg(long, conflicts_with = "open")]
    pub no_wait: bool,
    /// Agree to what a file from elsewhere will do
    #[arg(long, short)]
    pub yes: bool,
}

/// The choices of the form. What is left out is filled in, as in the window.
#[derive(Clone, Debug, Default, Args)]
#[command(group = ArgGroup::new("storage").args(["volume", "folder", "no_storage"]))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Choices {
    /// The lab's name
    #[arg(long, help_heading = "Choices")]
    pub name: Option<String>,
    /// The image's version
    #[arg(long, help_heading = "Choices")]
    pub version: Option<String>,
    /// A port on this computer, for the lab's page or for a port in the lab; may be repeated
    #[arg(
        long = "port",
        value_name = "[ADDRESS:]PORT[:PORT IN THE LAB]",
        help_heading = "Choices"
    )]
    pub ports: Vec<String>,
    /// Who can reach it: 127.0.0.1 for only this computer, 0.0.0.0 for everyone, or an address of this computer
    #[arg(long, value_name = "ADDRESS", help_heading = "Choices")]
    pub listen: Option<String>,
    /// Keep the work in this volume
    #[arg(long, value_name = "NAME", help_heading = "Choices")]
    pub volume: Option<String>,
    /// Keep the work in this folder of the computer
    #[arg(long, value_name = "FOLDER", help_heading = "Choices")]
    pub folder: Option<PathBuf>,
    /// Keep nothing: the work is lost with the lab
    #[arg(long, help_heading = "Choices")]
    pub no_storage: bool,
    /// The folder in the lab in which the work is kept
    #[arg(long, value_name = "FOLDER", help_heading = "Choices")]
    pub target: Option<String>,
    /// An environment variable; a name alone takes the value that it has here; may be repeated
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Choices")]
    pub env: Vec<String>,
    /// A secret variable, with the value that it has here; kept in the keyring; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Choices")]
    pub secret_env: Vec<String>,
    /// Read the lab's own password from the standard input
    #[arg(long, help_heading = "Choices")]
    pub password_stdin: bool,
    /// Let the lab control Docker
    #[arg(long, help_heading = "Choices")]
    pub socket: bool,
    /// Agree to the risks of these choices, as the window's “I understand” does
    #[arg(long, help_heading = "Choices")]
    pub accept_risk: bool,
    /// The most memory it may use: 2g, 512m
    #[arg(long, value_name = "SIZE", help_heading = "Choices")]
    pub memory: Option<String>,
    /// The most processors it may use: 1.5
    #[arg(long, value_name = "NUMBER", help_heading = "Choices")]
    pub cpus: Option<String>,
    /// Graphics cards: all, a number, or device=0,2
    #[arg(long, value_name = "CARDS", help_heading = "Choices")]
    pub gpus: Option<String>,
    /// The network it joins
    #[arg(long, value_name = "NAME", help_heading = "Choices")]
    pub network: Option<String>,
    /// When Docker starts it again: no, on-failure[:TIMES], always, unless-stopped
    #[arg(long, value_name = "WHEN", help_heading = "Choices")]
    pub restart: Option<String>,
    /// Remove the container when it stops
    #[arg(long, help_heading = "Choices")]
    pub rm: bool,
    /// The processor and system it is made for: linux/amd64
    #[arg(long, help_heading = "Choices")]
    pub platform: Option<String>,
    /// The working folder in the lab
    #[arg(long, value_name = "FOLDER", help_heading = "Choices")]
    pub workdir: Option<String>,
    /// The program that runs instead of the image's, written as in a shell
    #[arg(long, allow_hyphen_values = true, help_heading = "Choices")]
    pub command: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Powershell,
    Cmd,
    /// A shell function for a start file such as .bashrc
    Function,
    /// A compose.yaml
    Compose,
}
