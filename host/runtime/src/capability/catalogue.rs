//! `linecard:catalogue`: what the calling line may watch, in pages. The open list is kept for one call.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::verb;
use crate::state::CallState;
use host_core::refusal::Code;
use host_core::{Refusal, SeriesId};
use host_engine::catalogue::{self, Listing};

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:catalogue/catalogue", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("categories", Catalogue, |call, list: String| catalogue::categories(&mut call.work, &list).await),
    verb!("open", Catalogue, costs 10, |call, list: String, category: u32| {
        let listing = catalogue::open(&mut call.work, &list, category).await?;
        Ok(opened(call, listing))
    }),
    verb!("open-one", Catalogue, |call, list: String, id: u32| {
        let listing = catalogue::open_one(&mut call.work, &list, id).await?;
        Ok(opened(call, listing))
    }),
    verb!("open-episodes", Catalogue, costs 10, |call| {
        let listing = catalogue::open_episodes(&mut call.work).await?;
        Ok(opened(call, listing))
    }),
    verb!("open-episodes-of", Catalogue, costs 10, |call, series: u32| {
        let listing = catalogue::open_episodes_of(&mut call.work, SeriesId(series)).await?;
        Ok(opened(call, listing))
    }),
    verb!("next", Catalogue, |call, count: u32| {
        let CallState { listing, work, .. } = call;
        listing.as_mut().ok_or_else(nothing_open)?.next(work, count).await
    }),
    verb!("skip", Catalogue, |call, count: u32| {
        call.listing.as_mut().ok_or_else(nothing_open)?.skip(count);
        Ok(())
    }),
];

fn opened(call: &mut CallState, listing: Listing) -> u32 {
    let total = listing.total();
    call.listing = Some(listing);
    total
}

fn nothing_open() -> Refusal {
    Refusal::new(Code::InvalidInput, "Open a list before you read it.")
}
