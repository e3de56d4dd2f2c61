//! tmp
use super::exit::Failure;
use crate::{directory::Directory, model::ids::LaneId, settings::Http, telemetry::Telemetry};
/// tmp
pub struct Front;
impl Front {
    pub fn open(_h: &Http, _t: &Telemetry, _d: &Directory, _l: LaneId) -> Result<Self, Failure> {
        Ok(Self)
    }
    pub fn close(self) {}
}
