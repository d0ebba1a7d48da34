//! A lab's profile on disk: one readable JSON file a lab, versioned, written atomically.
//!
//! Containers carry labels (`io.slipway.lab`, `io.slipway.profile`), so that a lost profile is
//! rebuilt from its container. A file that is truncated or from a newer version is reported and
//! never overwritten.
