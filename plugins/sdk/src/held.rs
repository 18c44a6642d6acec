//! Rows that the host holds for the call: what a plugin only passes on it never reads.

use crate::{Refusal, base, read};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// What a function of the host answered: a view, or a page of them, as `T`. The host writes it into the reply
/// ([`crate::reply::held`]) by the fields of the action's description; [`Held::read`] looks inside.
#[derive(Debug)]
pub struct Held<T> {
    number: u32,
    of: PhantomData<T>,
}

impl<T> Held<T> {
    pub(crate) fn new(number: u32) -> Held<T> {
        Held { number, of: PhantomData }
    }

    pub(crate) fn number(self) -> u32 {
        self.number
    }

    /// The id of the one row.
    pub fn id(&self) -> Result<u32, Refusal> {
        #[derive(Deserialize)]
        struct Id {
            id: u32,
        }
        Ok(read::<Id>(&base::read(self.number, true))?.id)
    }
}

impl<T: DeserializeOwned> Held<T> {
    /// What it is. The host holds it still, so that a reply may name it.
    pub fn look(&self) -> Result<T, Refusal> {
        read(&base::read(self.number, true))
    }

    /// What it is. The host holds it no longer.
    pub fn read(self) -> Result<T, Refusal> {
        read(&base::read(self.number, false))
    }
}
