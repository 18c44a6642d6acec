//! What a field is the id of, and what the deletion of that means for whoever refers to it.

/// What a field's number, or each of its list, is the id of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The word of a kind; plain kinds have theirs too.
    pub to: &'static str,
    /// What becomes of whoever refers to it when that is deleted.
    pub on_deletion: Deletion,
}

/// What the deletion of a thing means for what refers to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deletion {
    /// The thing is in use and stays.
    Refused,
    /// The field is emptied.
    Cleared,
    /// What refers to it goes too.
    Followed,
}
