//! Copying a tree from one mount into the other: what is packed is unpacked at once, through a short queue.

use std::sync::mpsc::{SyncSender, sync_channel};

use slipway_porthole::answer::{Answer, Outcome, Packed};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::UnpackOptions;

use super::conversation::Talk;
use super::edit::Made;
use super::fault::Result;
use super::mount::{Links, Mount};
use super::pack::{Sink, pack_into};
use super::unpack::{Coming, unpack};

/// Pieces between the two threads, each of at most 64 KiB.
const QUEUE: usize = 16;

struct Queue<'a> {
    pieces: SyncSender<Vec<u8>>,
    talk: &'a Talk,
}

impl Sink for Queue<'_> {
    fn bytes(&self, bytes: &[u8]) -> Result<()> {
        // The other thread has ended, and says why itself.
        self.pieces
            .send(bytes.to_vec())
            .map_err(|_| Fault::Cancelled)
    }

    fn packed(&self, mut packed: Vec<Packed>) -> Result<()> {
        packed.retain(|packed| packed.caution.is_some());
        if packed.is_empty() {
            return Ok(());
        }
        self.talk.answer(Answer::Packed(packed))
    }
}

pub struct Copy<'a> {
    pub place: &'a Mount,
    pub other: &'a Mount,
    pub made: &'a Made,
    pub from: &'a Raw,
    pub to: &'a Raw,
    pub excludes: &'a [Raw],
    pub options: &'a UnpackOptions,
}

pub fn copy(copy: &Copy<'_>, talk: &Talk) -> Result<Outcome> {
    // A single file has no name below itself.
    drop(copy.other.folder(copy.from, Links::Follow)?);
    std::thread::scope(|scope| {
        let (sender, pieces) = sync_channel(QUEUE);
        let packing = std::thread::Builder::new()
            .stack_size(256 * 1024)
            .spawn_scoped(scope, move || {
                let sink = Queue {
                    pieces: sender,
                    talk,
                };
                let paths = std::slice::from_ref(copy.from);
                pack_into(copy.other, paths, copy.excludes, copy.from, &sink, talk)
            });
        let packing = packing.map_err(|_| Fault::Busy)?;
        let mut coming = Coming {
            next: || {
                // The queue ends with the packing, whole or not; which of both is asked afterwards.
                Ok(pieces.recv().ok())
            },
            bytes: Vec::new(),
            at: 0,
        };
        let unpacked = unpack(
            copy.place,
            copy.made,
            copy.to,
            copy.options,
            &mut coming,
            talk,
        );
        // So that a packer that still writes sees that nobody takes it.
        drop(coming);
        drop(pieces);
        let packed = packing.join().unwrap_or(Err(Fault::Io { errno: 0 }));
        match (packed, unpacked) {
            (Err(why), Ok(_)) => Err(why),
            // An archive that was cut short by the packer's end is not what went wrong.
            (Err(why), Err(Fault::BadArchive { .. })) if why != Fault::Cancelled => Err(why),
            (_, unpacked) => unpacked.map(Outcome::Unpack),
        }
    })
}
