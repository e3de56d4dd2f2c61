//! Who is in a consumer group, as its coordinator says.

use rdkafka::consumer::Consumer;

use crate::port::Trouble;

use super::client::Target;
use super::context::Outsider;
use super::trouble::restart;

/// The client ids of the members of a target's group; a static member is one until its session is
/// over, whether or not it works.
///
/// # Errors
/// The broker does not answer.
pub fn members(target: &Target) -> Result<Vec<String>, Trouble> {
    let consumer = Outsider::consumer(target)?;
    let groups = consumer
        .client()
        .fetch_group_list(Some(&target.app), target.patience)
        .map_err(restart("look who is in the group"))?;
    let of_it = groups.groups().iter().filter(|it| it.name() == target.app);
    let members = of_it.flat_map(|group| group.members());
    Ok(members.map(|it| it.client_id().to_owned()).collect())
}
