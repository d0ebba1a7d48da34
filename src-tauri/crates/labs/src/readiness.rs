//! Is the lab ready? The HTTP probe on the published address, the container's health check, or the
//! recipe's log line: whichever comes first.
