//! Who is who in a place: the names behind the numbers, and whose files a lab can work with.
//!
//! Files carry numbers. What a number is called says the `/etc/passwd` of the labs that use the place; and
//! as whom a lab works says how its container was made: its user, or what the well-known images take in
//! variables (`NB_UID` of the Jupyter stacks, `HOST_USER_ID` of Eskapade) or in arguments (`--user` of
//! the AI-Lab) and change to by themselves. All of it comes from containers and is only believed as far as a
//! name is shown or a number is put on a file that the same container could change anyway.

use std::collections::HashMap;

use slipway_engine::containers::FoundContainer;
use slipway_porthole::request::Owner;

use crate::path::visible;
use crate::place::Place;
use crate::shared::Shared;

/// More than these say nothing new.
const MOST_CONTAINERS: usize = 4;

/// In bytes; those of labs have one or two thousand.
const LONGEST_PASSWD: usize = 256 * 1024;

/// Longer names are no names of users.
const LONGEST_NAME: usize = 64;

/// What is known of a place's users.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct People {
    names: HashMap<u32, String>,
    /// As whom its labs work, where all agree and it is not root.
    pub(crate) lab: Option<Owner>,
}

impl People {
    pub(crate) fn name(&self, user: u32) -> Option<&str> {
        self.names.get(&user).map(String::as_str)
    }
}

impl Shared {
    /// Who the containers of a place say is who. What cannot be asked is not known.
    pub(crate) async fn people(&self, place: &Place) -> People {
        let Ok(engine) = self.home.inventory.engine() else {
            return People::default();
        };
        let mut people = People::default();
        let mut users = Vec::new();
        for (id, _) in self.containers_of(place).into_iter().take(MOST_CONTAINERS) {
            let Ok(found) = engine.found_container(id.as_str()).await else {
                continue;
            };
            let read = engine.read_file(&id, "/etc/passwd", LONGEST_PASSWD).await;
            let passwd = Passwd::of(&read.ok().flatten().unwrap_or_default());
            users.push(user_of(&found, &passwd));
            for (name, owner) in passwd.0 {
                people.names.entry(owner.uid).or_insert(name);
            }
        }
        let mut known = users.into_iter().flatten();
        people.lab = known
            .next()
            .filter(|first| first.uid != 0 && known.all(|other| other == *first));
        people
    }
}

/// Users by name, in the order of the file; the first of a name or number counts.
#[derive(Debug, Default)]
struct Passwd(Vec<(String, Owner)>);

impl Passwd {
    /// Lines that are none are left out.
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let users = text.lines().filter_map(|line| {
            let mut parts = line.split(':');
            let name = parts.next().filter(|name| {
                !name.is_empty() && name.len() <= LONGEST_NAME && !name.starts_with('#')
            })?;
            let uid = parts.nth(1)?.parse().ok()?;
            let gid = parts.next()?.parse().ok()?;
            Some((visible(name.as_bytes()).0, Owner { uid, gid }))
        });
        Self(users.collect())
    }

    /// `1000`, `1000:100`, `jovyan`, `jovyan:100`, as `docker run --user` takes them.
    fn user(&self, text: &str) -> Option<Owner> {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        let named = match user.parse::<u32>() {
            Ok(uid) => self.0.iter().find(|(_, owner)| owner.uid == uid),
            Err(_) => self.0.iter().find(|(name, _)| name == user),
        };
        let uid = match named {
            Some((_, owner)) => owner.uid,
            None => user.parse().ok()?,
        };
        let own = named.map(|(_, owner)| owner.gid);
        // Groups have a file of their own; one by name is the user's own group in every lab known.
        let gid = match group {
            Some(group) => group.parse().ok().or(own),
            None => own,
        };
        Some(Owner {
            uid,
            gid: gid.unwrap_or(0),
        })
    }
}

/// As whom a container works; `None` where that cannot be known.
fn user_of(found: &FoundContainer, passwd: &Passwd) -> Option<Owner> {
    let started = match found.user.as_str() {
        "" => Some(Owner { uid: 0, gid: 0 }),
        user => passwd.user(user),
    };
    if started.is_some_and(|owner| owner.uid != 0) {
        return started;
    }
    let variable = |name: &str| {
        let (_, value) = found.environment.iter().find(|(key, _)| key == name)?;
        value.parse::<u32>().ok()
    };
    for (user, group) in [("HOST_USER_ID", "HOST_USER_GID"), ("NB_UID", "NB_GID")] {
        if let Some(uid) = variable(user) {
            let own = passwd.0.iter().find(|(_, owner)| owner.uid == uid);
            let gid = variable(group).or(own.map(|(_, owner)| owner.gid));
            return Some(Owner {
                uid,
                gid: gid.unwrap_or(uid),
            });
        }
    }
    let mut words = found.entrypoint.iter().chain(&found.command);
    while let Some(word) = words.next() {
        let user = match word.strip_prefix("--user=") {
            Some(user) => Some(user),
            None if word == "--user" => words.next().map(String::as_str),
            None => None,
        };
        if let Some(owner) = user.and_then(|user| passwd.user(user)) {
            return Some(owner);
        }
    }
    started
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &[u8] = b"root:x:0:0:root:/root:/bin/bash\n\
        # nobody reads this:x:7:7::\n\
        jovyan:x:1000:100::/home/jovyan:/bin/bash\n\
        broken line\n\
        jupyter:x:1001:1001::/home/jupyter:/bin/bash\n\
        bad:x:-1:2::\n\xff\xfe:x:5:5::\n";

    #[test]
    fn a_user_is_read_as_docker_reads_it() {
        let passwd = Passwd::of(PASSWD);
        let owner = |uid, gid| Some(Owner { uid, gid });
        for (text, wanted) in [
            ("jovyan", owner(1000, 100)),
            ("1000", owner(1000, 100)),
            ("1000:5", owner(1000, 5)),
            ("jupyter:users", owner(1001, 1001)),
            ("4242", owner(4242, 0)),
            ("4242:7", owner(4242, 7)),
            ("nobody-knows", None),
            ("broken line", None),
            ("99999999999", None),
        ] {
            assert_eq!(passwd.user(text), wanted, "{text}");
        }
    }

    #[test]
    fn names_from_a_container_are_made_visible() {
        let passwd = Passwd::of("evil\u{202e}txt:x:9:9::\n".as_bytes());
        assert_eq!(passwd.0[0].0, "evil⟨U+202E⟩txt");
    }
}
