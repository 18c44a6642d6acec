//! Which variant of a source is read.

use super::listing::{Main, Variant};
use host_core::port::FetchError;

/// The variant of the highest bandwidth among those whose sound comes inside.
pub(super) fn best(main: &Main) -> Result<&Variant, FetchError> {
    let has_sound = |variant: &&Variant| match &variant.sound {
        None => true,
        Some(group) => !main.sounds.iter().any(|sound| sound.group == *group && sound.uri.is_some()),
    };
    main.variants
        .iter()
        .filter(has_sound)
        .max_by_key(|variant| variant.bandwidth)
        .ok_or(FetchError::Unplayable("its sound comes in a playlist of its own, which only .m3u8 can hand on"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::source::listing::Sound;

    fn main(variants: &[(&str, u64, Option<&str>)], sounds: &[(&str, Option<&str>)]) -> Main {
        let variant = |(uri, bandwidth, sound): &(&str, u64, Option<&str>)| Variant {
            uri: (*uri).into(),
            bandwidth: *bandwidth,
            sound: sound.map(str::to_owned),
        };
        let sound = |(group, uri): &(&str, Option<&str>)| Sound {
            group: (*group).into(),
            uri: uri.map(str::to_owned),
            is_default: false,
        };
        Main { variants: variants.iter().map(variant).collect(), sounds: sounds.iter().map(sound).collect() }
    }

    #[test]
    fn the_best_variant_with_its_sound_inside_is_read() {
        let variants = [("a", 1, None), ("b", 9, Some("apart")), ("c", 3, Some("inside")), ("d", 2, None)];
        let main = main(&variants, &[("apart", Some("s")), ("inside", None)]);
        assert_eq!(best(&main).unwrap().uri, "c");
    }

    #[test]
    fn a_source_whose_sound_always_comes_apart_is_refused_by_name() {
        let main = main(&[("b", 9, Some("apart"))], &[("apart", Some("s"))]);
        assert!(matches!(best(&main), Err(FetchError::Unplayable(reason)) if reason.contains("sound")));
    }
}
