//! What a guest hands to a function: numbers as they are, texts only as long as the host wants to hold them.

use crate::limits::{ARGUMENT_BYTES, Spent};
use crate::state::CallState;
use crate::stop::Stop;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, WasmStr};

/// A parameter of a function of the host.
pub(crate) trait Argument: Sized {
    /// How it crosses from the guest.
    type Crossing: ComponentType + Lift + Send + Sync + 'static;

    /// Takes it out of the guest.
    ///
    /// # Errors
    /// [`Spent::Argument`] for a text that is too long, before it is copied; other errors when it is not text.
    fn take(given: Self::Crossing, store: &StoreContextMut<'_, CallState>) -> wasmtime::Result<Self>;
}

impl Argument for String {
    type Crossing = WasmStr;

    fn take(given: WasmStr, store: &StoreContextMut<'_, CallState>) -> wasmtime::Result<String> {
        let text = given.to_str(store)?;
        if text.len() > ARGUMENT_BYTES {
            return Err(Stop::from(Spent::Argument).into());
        }
        Ok(text.into_owned())
    }
}

impl Argument for u32 {
    type Crossing = u32;

    fn take(given: u32, _: &StoreContextMut<'_, CallState>) -> wasmtime::Result<u32> {
        Ok(given)
    }
}

impl Argument for bool {
    type Crossing = bool;

    fn take(given: bool, _: &StoreContextMut<'_, CallState>) -> wasmtime::Result<bool> {
        Ok(given)
    }
}
