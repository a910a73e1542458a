//! A log as a workload of a scenario: where its bytes are, and what its numbers mean there.

use super::options::SwfOptions;
use super::source::{SwfMapping, SwfSource};
use crate::model::Job;
use crate::rng::{FNV_1A_BASIS, Streams, fnv_1a_more};
use crate::units::SimTime;
use crate::workload::{JobSource, open_regular};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the bytes of a log are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SwfBytes {
    /// In a file, read anew by every run.
    File(PathBuf),
    /// In memory.
    Memory(Arc<[u8]>),
}

impl SwfBytes {
    /// The bytes from their beginning.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(open_regular(path)?),
            Self::Memory(bytes) => Box::new(std::io::Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// A log as a workload.
#[derive(Debug, Clone, PartialEq)]
pub struct SwfPlan {
    /// Its bytes.
    pub bytes: SwfBytes,
    /// What messages call it.
    pub shown: String,
    /// What a copy of it is called beside a scenario that is written out.
    pub copy: String,
    /// Whether its jobs are in the order of submission; else all of it is read before the run.
    pub sorted: bool,
    /// What of it is taken.
    pub options: SwfOptions,
    /// What its numbers mean.
    pub mapping: SwfMapping,
    /// How many jobs it has.
    pub jobs: u64,
    /// When the first of them is submitted, in the run's time.
    pub first: SimTime,
}

impl SwfPlan {
    /// Its jobs.
    ///
    /// # Errors
    /// It cannot be opened, or its beginning cannot be read; the text names it.
    pub fn source(&self, streams: &Streams) -> Result<Box<dyn JobSource>, String> {
        let named = |problem: String| format!("{}: {problem}", self.shown);
        let bytes = self.bytes.open().map_err(|error| named(error.to_string()))?;
        let (options, mapping) = (&self.options, self.mapping.clone());
        let source = if self.sorted {
            SwfSource::streaming(bytes, options, mapping, streams)
        } else {
            SwfSource::sorted(bytes, options, |_| mapping, streams)
        };
        Ok(Box::new(Named { source: source.map_err(named)?, plan: self.clone(), streams: *streams, taken: 0 }))
    }
}

/// A log whose problems name it.
struct Named {
    source: SwfSource,
    plan: SwfPlan,
    streams: Streams,
    /// How many jobs were asked for.
    taken: u64,
}

impl JobSource for Named {
    fn next_job(&mut self) -> Result<Option<Job>, String> {
        self.taken += 1;
        self.source.next_job().map_err(|problem| format!("{}: {problem}", self.plan.shown))
    }

    /// A log that is read during the run is opened again and read up to here.
    fn copied(&self) -> Result<Box<dyn JobSource>, String> {
        if let Ok(source) = self.source.copy() {
            return Ok(Box::new(Self { source, plan: self.plan.clone(), ..*self }));
        }
        let mut again = self.plan.source(&self.streams)?;
        for _ in 0..self.taken {
            again.next_job()?;
        }
        Ok(again)
    }
}

/// Hashes bytes as they are read, so that a look through a log says which log it was.
pub struct Hashed<R> {
    bytes: R,
    hash: u64,
}

impl<R> Hashed<R> {
    /// Nothing read yet.
    pub const fn new(bytes: R) -> Self {
        Self { bytes, hash: FNV_1A_BASIS }
    }

    /// The 64-bit FNV-1a hash of what was read.
    pub const fn hash(&self) -> u64 {
        self.hash
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read(into)?;
        self.hash = fnv_1a_more(self.hash, &into[..count]);
        Ok(count)
    }
}
