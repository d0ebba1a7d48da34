//! A session against the real program, run on this computer over a folder of its own.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
