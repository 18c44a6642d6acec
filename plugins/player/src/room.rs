//! How much of a guide one answer has: programmes, and the text in them.

use linecard_sdk::Refusal;
use linecard_sdk::guide::Schedule;

/// What still fits into an answer.
pub(crate) struct Room {
    most: (usize, usize),
    programmes: usize,
    text: usize,
}

impl Room {
    /// For that many programmes, and as many MiB of their titles and descriptions.
    pub(crate) fn new(programmes: usize, mebibytes: usize) -> Room {
        Room { most: (programmes, mebibytes), programmes, text: mebibytes << 20 }
    }

    /// How many programmes to read: one more than fit is enough to know that they do not.
    pub(crate) fn limit(&self) -> u32 {
        u32::try_from(self.programmes + 1).unwrap_or(u32::MAX)
    }

    /// Takes what was read in.
    pub(crate) fn take(&mut self, schedule: &Schedule) -> Result<(), Refusal> {
        let text = schedule.programmes.iter().map(|programme| programme.title.len() + programme.description.len());
        let left = (self.programmes.checked_sub(schedule.programmes.len()), self.text.checked_sub(text.sum()));
        let (Some(programmes), Some(text)) = left else {
            let (most, mebibytes) = self.most;
            let message = format!(
                "One answer has at most {most} programmes and {mebibytes} MiB of their texts; ask for fewer channels or \
                 fewer programmes of each."
            );
            return Err(Refusal::field("too_large", "stream_id", message));
        };
        (self.programmes, self.text) = (programmes, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::guide::Programme;

    fn schedule(programmes: usize, description: usize) -> Schedule {
        let programme = Programme { description: "x".repeat(description), ..Programme::default() };
        Schedule { archive_days: 0, programmes: vec![programme; programmes] }
    }

    #[test]
    fn an_answer_takes_what_fits_and_a_refusal_names_the_bound() {
        let room = || Room::new(2_000, 2);
        let mut both = room();
        both.take(&schedule(1_000, 300)).unwrap();
        assert_eq!(both.limit(), 1_001);
        both.take(&schedule(1_000, 300)).unwrap();
        for refused in [both.take(&schedule(1, 0)), room().take(&schedule(40, 64 << 10))] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code, "too_large");
            assert!(refused.message.contains("2000 programmes and 2 MiB"), "{}", refused.message);
        }
    }
}
