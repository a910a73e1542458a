//! Who decides: brokers (which center, when), queue disciplines (which job next), packings (which nodes).
//!
//! A policy sees the world through [`view`] only and returns what it wants done; the driver checks every action. One policy
//! a file; [`registry`] lists them.

pub mod broker;
pub mod packing;
pub mod queue;
pub mod registry;
pub mod room;
mod stack;
pub mod view;

pub use stack::Stack;
