//! What a description does not say: it is not written, because it is read back as what it is when nothing is said. A
//! plugin has the description of each of its actions in its file.

/// Whether a value is the one that nothing stands for.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
