//! What an archive says of a place: its files and folders, without their bytes.

use slipway_porthole::answer::{Kind, Moment, Row};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::entries::below;
use crate::moving::untar::{Entry, What};

/// Files and folders that are kept; some hundred bytes each.
const MOST: usize = 2_000_000;

/// Links that are followed for one path, as Linux has it.
const MOST_LINKS: u32 = 40;

/// There is always one: the place itself.
pub(super) const ROOT: u32 = 0;

pub(super) struct Node {
    pub(super) name: Box<[u8]>,
    pub(super) parent: u32,
    pub(super) kind: Kind,
    pub(super) size: u64,
    pub(super) changed: Moment,
    mode: u16,
    uid: u32,
    gid: u32,
    links: u32,
    /// Another name of a file that came before.
    pub(super) again: bool,
    target: Option<Box<[u8]>>,
    pub(super) inside: Option<Box<Inside>>,
}

/// What lies in a folder.
#[derive(Default)]
pub(super) struct Inside {
    pub(super) children: Vec<u32>,
    /// In the order of their names, as engines send them.
    unsorted: bool,
    /// Nothing more comes of it.
    pub(super) whole: bool,
}

#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// The folders on the way to the last entry: the length of their path, and which they are.
    open: Vec<(usize, u32)>,
    path: Vec<u8>,
}

impl Tree {
    /// Takes the next entry. What lies in no folder that was sent is no file of this place, and is left.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<(), Fault> {
        if self.nodes.len() >= MOST {
            return Err(Fault::TooMany);
        }
        let path = below(&entry.name.0);
        let path = path.strip_suffix(b"/").unwrap_or(path);
        if path.is_empty() {
            if self.nodes.is_empty() {
                let mut node = node(&[], ROOT, entry);
                node.kind = Kind::Folder;
                node.inside = Some(Box::default());
                self.nodes.push(node);
                self.open.push((0, ROOT));
            }
            return Ok(());
        }
        if !Raw::from(path).is_plain() || path.len() > Raw::LONGEST {
            return Ok(());
        }
        let (folder, name) = match path.iter().rposition(|byte| *byte == b'/') {
            Some(at) => (&path[..at], &path[at + 1..]),
            None => (&[][..], path),
        };
        let Some(parent) = self.enter(folder) else {
            return Ok(());
        };
        let Ok(id) = u32::try_from(self.nodes.len()) else {
            return Err(Fault::TooMany);
        };
        let mut node = node(name, parent, entry);
        if entry.what == What::SameAs {
            let first = Raw::from(below(&entry.link.0));
            if let Ok(first) = self.find(&first, false)
                && let Some(first) = self.nodes.get_mut(first as usize)
            {
                first.links = 2;
                node.size = first.size;
                node.changed = first.changed;
                (node.mode, node.uid, node.gid) = (first.mode, first.uid, first.gid);
            }
            (node.links, node.again) = (2, true);
        }
        if node.kind == Kind::Folder {
            node.inside = Some(Box::default());
            self.path.clear();
            self.path.extend_from_slice(path);
            self.open.push((path.len(), id));
        }
        let name = node.name.clone();
        self.nodes.push(node);
        let last = self
            .inside(parent)
            .and_then(|inside| inside.children.last());
        let unsorted = last.is_some_and(|last| self.nodes[*last as usize].name >= name);
        if let Some(inside) = self.nodes[parent as usize].inside.as_mut() {
            inside.unsorted |= unsorted;
            inside.children.push(id);
        }
        Ok(())
    }

    /// The folder of this path, which is the last one or one on the way to it. Those behind are whole.
    fn enter(&mut self, folder: &[u8]) -> Option<u32> {
        while let Some((length, id)) = self.open.last().copied() {
            if length == folder.len() && self.path[..length] == *folder {
                return Some(id);
            }
            if length == 0 {
                return None;
            }
            self.open.pop();
            if let Some(inside) = self.nodes[id as usize].inside.as_mut() {
                inside.whole = true;
            }
            let above = self.open.last().map_or(0, |(length, _)| *length);
            self.path.truncate(above);
        }
        None
    }

    pub(super) fn inside(&self, id: u32) -> Option<&Inside> {
        self.nodes.get(id as usize)?.inside.as_deref()
    }

    fn child(&self, folder: u32, name: &[u8]) -> Result<u32, Fault> {
        let inside = self.inside(folder).ok_or(Fault::NotAFolder)?;
        let named = |id: &u32| &*self.nodes[*id as usize].name;
        let found = if inside.unsorted {
            inside.children.iter().find(|id| named(id) == name)
        } else {
            let at = inside
                .children
                .binary_search_by(|id| named(id).cmp(name))
                .ok();
            at.and_then(|at| inside.children.get(at))
        };
        found.copied().ok_or(Fault::NotFound)
    }

    /// Follows a path, and the links on it, within the place.
    pub(super) fn find(&self, path: &Raw, follow: bool) -> Result<u32, Fault> {
        if !path.is_plain() {
            return Err(Fault::LeftThePlace);
        }
        if self.nodes.is_empty() {
            return Err(Fault::NotFound);
        }
        self.walk(ROOT, &path.0, follow)
    }

    fn walk(&self, from: u32, path: &[u8], follow: bool) -> Result<u32, Fault> {
        let mut at = from;
        let mut links = 0;
        let mut ahead: Vec<&[u8]> = path.rsplit(|byte| *byte == b'/').collect();
        while let Some(name) = ahead.pop() {
            match name {
                b"" | b"." => continue,
                b".." if at == ROOT => return Err(Fault::LeftThePlace),
                b".." => {
                    at = self.nodes[at as usize].parent;
                    continue;
                }
                _ => {}
            }
            let found = self.child(at, name)?;
            let target = self.nodes[found as usize].target.as_deref();
            let Some(target) = target.filter(|_| follow || !ahead.is_empty()) else {
                at = found;
                continue;
            };
            links += 1;
            if links > MOST_LINKS {
                return Err(Fault::Loop);
            }
            if target.starts_with(b"/") {
                return Err(Fault::LeftThePlace);
            }
            ahead.extend(target.rsplit(|byte| *byte == b'/'));
        }
        Ok(at)
    }

    pub(super) fn path(&self, id: u32) -> Raw {
        let mut names = Vec::new();
        let mut at = id;
        while at != ROOT {
            let node = &self.nodes[at as usize];
            names.push(&*node.name);
            at = node.parent;
        }
        names.reverse();
        Raw(names.join(&b'/'))
    }

    pub(super) fn row(&self, id: u32) -> Row {
        let node = &self.nodes[id as usize];
        let end = |target: &[u8]| {
            if target.starts_with(b"/") {
                return None;
            }
            let end = self.walk(node.parent, target, true).ok()?;
            Some(self.nodes[end as usize].kind)
        };
        Row {
            name: Raw::from(&*node.name),
            kind: node.kind,
            size: node.size,
            // An archive does not tell of holes.
            on_disk: node.size,
            mode: node.mode,
            uid: node.uid,
            gid: node.gid,
            changed: node.changed,
            links: u64::from(node.links),
            device: 0,
            inode: super::answers::INODE,
            target: node.target.as_deref().map(Raw::from),
            target_kind: node.target.as_deref().and_then(end),
        }
    }
}

fn node(name: &[u8], parent: u32, entry: &Entry) -> Node {
    let kind = match entry.what {
        What::Folder => Kind::Folder,
        What::File | What::Holes { .. } | What::SameAs => Kind::File,
        What::Link => Kind::Link,
        What::Pipe => Kind::Pipe,
        What::Other => Kind::Device,
    };
    Node {
        name: name.into(),
        parent,
        kind,
        size: match entry.what {
            What::Holes { real } => real,
            What::File => entry.stored,
            _ => 0,
        },
        changed: Moment {
            seconds: entry.changed.0,
            nanoseconds: 0,
        },
        mode: u16::try_from(entry.mode & 0o7777).unwrap_or(0),
        uid: entry.uid,
        gid: entry.gid,
        links: 1,
        again: false,
        target: (kind == Kind::Link).then(|| entry.link.0.as_slice().into()),
        inside: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(name: &[u8], what: What, link: &str) -> Entry {
        Entry {
            name: Raw::from(name),
            stored: if what == What::File { 5 } else { 0 },
            what,
            link: Raw::from(link),
            mode: 0o10_0644,
            uid: 1000,
            gid: 100,
            changed: (7, 9),
        }
    }

    fn tree(entries: &[(&str, What, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (name, what, link) in entries {
            tree.add(&entry(name.as_bytes(), what.clone(), link))
                .unwrap();
        }
        tree
    }

    fn small() -> Tree {
        tree(&[
            ("place/", What::Folder, ""),
            ("place/a", What::Folder, ""),
            ("place/a/b.csv", What::File, ""),
            ("place/a/up", What::Link, "../c"),
            ("place/a.txt", What::File, ""),
            ("place/c", What::Folder, ""),
            ("place/c/again", What::SameAs, "place/a/b.csv"),
            ("place/c/out", What::Link, "../../etc/passwd"),
            ("place/c/root", What::Link, "/etc"),
            ("place/loop", What::Link, "loop"),
            ("place/pipe", What::Pipe, ""),
            ("place/to", What::Link, "a/up/again"),
        ])
    }

    #[test]
    fn paths_and_links_lead_where_they_do_in_the_place() {
        let tree = small();
        let find = |path: &str, follow| {
            tree.find(&Raw::from(path), follow)
                .map(|id| String::from_utf8(tree.path(id).0).unwrap())
        };
        assert_eq!(find("", true).unwrap(), "");
        assert_eq!(find("a/b.csv", true).unwrap(), "a/b.csv");
        assert_eq!(find("a/up/again", true).unwrap(), "c/again");
        assert_eq!(find("to", true).unwrap(), "c/again");
        assert_eq!(find("to", false).unwrap(), "to");
        assert_eq!(find("c/out", true), Err(Fault::LeftThePlace));
        assert_eq!(find("c/root/passwd", true), Err(Fault::LeftThePlace));
        assert_eq!(find("loop", true), Err(Fault::Loop));
        assert_eq!(find("a/../..", true), Err(Fault::LeftThePlace));
        assert_eq!(find("a.txt/x", true), Err(Fault::NotAFolder));
        assert_eq!(find("nothing", true), Err(Fault::NotFound));
    }

    #[test]
    fn a_row_says_what_the_header_says() {
        let tree = small();
        let row = |path: &str| tree.row(tree.find(&Raw::from(path), false).unwrap());
        let again = row("c/again");
        assert_eq!((again.size, again.links, again.mode), (5, 2, 0o644));
        assert_eq!((again.uid, again.gid), (1000, 100));
        assert_eq!(row("a/b.csv").links, 2);
        assert_eq!(row("to").target_kind, Some(Kind::File));
        assert_eq!(row("a/up").target_kind, Some(Kind::Folder));
        for nowhere in ["c/out", "c/root", "loop"] {
            assert_eq!(row(nowhere).target_kind, None, "{nowhere}");
        }
        assert_eq!(row("pipe").kind, Kind::Pipe);
    }

    #[test]
    fn what_lies_nowhere_in_the_place_is_left() {
        let tree = tree(&[
            ("place", What::Folder, ""),
            ("place/../etc/passwd", What::File, ""),
            ("place/a/b", What::File, ""),
            ("/place/x", What::File, ""),
            ("place//y", What::File, ""),
            ("place/.", What::File, ""),
            ("place/ok", What::File, ""),
        ]);
        let names: Vec<_> = tree.nodes.iter().map(|node| &*node.name).collect();
        assert_eq!(names, [&b""[..], b"ok"]);
    }

    proptest! {
        #[test]
        fn any_order_of_entries_makes_a_tree_that_can_be_walked(
            names in proptest::collection::vec("place(/[ab.]{1,2}){0,4}/?", 0..40),
            kinds in proptest::collection::vec(0u8..4, 40),
        ) {
            let mut tree = Tree::default();
            tree.add(&entry(b"place", What::Folder, "")).unwrap();
            for (name, kind) in names.iter().zip(kinds) {
                let (what, link) = match kind {
                    0 | 1 => (What::Folder, ""),
                    2 => (What::File, ""),
                    _ => (What::Link, "../a/b"),
                };
                tree.add(&entry(name.as_bytes(), what, link)).unwrap();
            }
            for id in 0..tree.nodes.len() {
                let id = u32::try_from(id).unwrap();
                let path = tree.path(id);
                prop_assert!(path.is_plain());
                tree.row(id);
            }
        }
    }
}
