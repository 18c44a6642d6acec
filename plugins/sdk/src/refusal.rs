//! A correct no, as plugins give and get it. How a surface says it is in its refusal table.

/// A refusal: nothing of the call is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// A code of the host (`not_found`, `username_taken`, …) or one of the plugin's own that the
    /// action's `refuses` lists.
    pub code: String,
    /// The parameter or field it is about.
    pub field: Option<String>,
    /// One sentence for people; no secrets.
    pub message: String,
}

impl Refusal {
    /// A refusal about no particular field.
    pub fn new(code: &str, message: impl Into<String>) -> Refusal {
        Refusal { code: code.into(), field: None, message: message.into() }
    }

    /// A refusal of one parameter's value.
    pub fn field(code: &str, field: &str, message: impl Into<String>) -> Refusal {
        Refusal { code: code.into(), field: Some(field.into()), message: message.into() }
    }

    /// The same refusal under another code, when it is about this field: surfaces have words of
    /// their own for some fields (`STATUS_INVALID_EMAIL`).
    pub fn renamed(mut self, field: &str, code: &str) -> Refusal {
        if self.field.as_deref() == Some(field) {
            self.code = code.into();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_of_that_field_gets_the_other_code() {
        let refusal = Refusal::field("invalid_input", "email", "No address.");
        assert_eq!(refusal.clone().renamed("email", "invalid_email").code, "invalid_email");
        assert_eq!(refusal.renamed("group", "invalid_group").code, "invalid_input");
    }
}
