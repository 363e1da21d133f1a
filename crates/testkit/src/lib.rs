//! Test parts that are real: for this repository's own tests, never part of a program.
//!
//! [`scene`] is a relay, a shop and a person that are the same in every run; [`forge`] signs messages no honest program
//! would make; [`vectors`] reads the shared test vectors; [`leak`] looks for planted values in files; [`log_lines`]
//! keeps a log; [`bus`] is a message bus, [`session`] a
//! person's session on one, with a keyring, [`running`] a program that ends with its test; [`fuzz`] feeds any bytes to everything that reads bytes from outside; [`verifier`] is somebody who asks
//! by a certificate alone.

pub mod bus;
pub mod checkout;
pub mod clock;
pub mod forge;
pub mod fuzz;
pub mod leak;
pub mod log_lines;
pub mod rng;
pub mod running;
pub mod scene;
pub mod session;
pub mod vectors;
pub mod verifier;
