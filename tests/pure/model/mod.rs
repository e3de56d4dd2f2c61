//! A slow and obvious model of docs/semantics.md: every number recomputed from the full list of
//! accepted events.

pub(crate) mod alarm;
pub(crate) mod contribution;
pub(crate) mod customer;
pub(crate) mod days;
pub(crate) mod erasing;
mod forgetting;
mod heritage;
pub(crate) mod horizon;
pub(crate) mod judgement;
pub(crate) mod lane;
pub(crate) mod measure;
pub(crate) mod memory;
mod occasion;
pub(crate) mod overruling;
pub(crate) mod owned_event;
pub(crate) mod passing;
pub(crate) mod source;
pub(crate) mod starts;
mod stretches;
mod turns;
pub(crate) mod union;
mod weighing;
