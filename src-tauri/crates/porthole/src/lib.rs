//! What is said between Slipway and the program inside the throw-away container.
