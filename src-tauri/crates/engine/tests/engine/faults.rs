//! What a real engine cannot be asked to do wrong.
