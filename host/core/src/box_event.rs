//! What is sent to a box: a message, or something that it does. It waits until the box asks, which may be tomorrow.

use crate::time::Unix;
use crate::{BoxEventId, LineId, UserId, Version};
use serde::{Deserialize, Serialize};

/// What a box is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxCommand {
    /// Shows a text.
    SendMsg,
    /// Starts anew.
    Reboot,
    /// Loads the portal's page again.
    ReloadPortal,
    /// Loads channels and favourites again.
    UpdateChannels,
    /// Likewise, or starts anew where it is cut off.
    UpdateSubscription,
    /// Loads the guide again.
    UpdateEpg,
    /// Asks again what the portal offers.
    UpdateModules,
    /// Takes newer firmware.
    UpdateImage,
    /// Stops playing, and shows nothing else.
    CutOff,
    /// Plays again.
    CutOn,
    /// Opens its menu.
    ShowMenu,
    /// Plays the channel with a number.
    PlayChannel,
    /// Plays the radio station with a number.
    PlayRadioChannel,
}

impl BoxCommand {
    /// Each with its word, which is the portal's.
    pub const WORDS: [(BoxCommand, &'static str); 13] = [
        (BoxCommand::SendMsg, "send_msg"),
        (BoxCommand::Reboot, "reboot"),
        (BoxCommand::ReloadPortal, "reload_portal"),
        (BoxCommand::UpdateChannels, "update_channels"),
        (BoxCommand::UpdateSubscription, "update_subscription"),
        (BoxCommand::UpdateEpg, "update_epg"),
        (BoxCommand::UpdateModules, "update_modules"),
        (BoxCommand::UpdateImage, "update_image"),
        (BoxCommand::CutOff, "cut_off"),
        (BoxCommand::CutOn, "cut_on"),
        (BoxCommand::ShowMenu, "show_menu"),
        (BoxCommand::PlayChannel, "play_channel"),
        (BoxCommand::PlayRadioChannel, "play_radio_channel"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        BoxCommand::WORDS.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    /// The one with this word.
    pub fn of_word(word: &str) -> Option<BoxCommand> {
        BoxCommand::WORDS.iter().find(|(_, known)| *known == word).map(|(command, _)| *command)
    }

    /// Whether it is about the number of a channel.
    pub fn is_about_a_channel(self) -> bool {
        matches!(self, BoxCommand::PlayChannel | BoxCommand::PlayRadioChannel)
    }
}

/// How far an event has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxEventState {
    /// The box has not asked since.
    Waiting,
    /// The box has it, and whoever watches has yet to confirm it.
    Sent,
    /// Nothing is left to do.
    Done,
}

impl BoxEventState {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            BoxEventState::Waiting => "waiting",
            BoxEventState::Sent => "sent",
            BoxEventState::Done => "done",
        }
    }

    /// The state with this word.
    pub fn of_word(word: &str) -> Option<BoxEventState> {
        [BoxEventState::Waiting, BoxEventState::Sent, BoxEventState::Done].into_iter().find(|it| it.word() == word)
    }
}

/// An event for a box.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BoxEvent {
    /// Its id, higher than those of all before it.
    pub id: BoxEventId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// When it was queued.
    pub at: Unix,
    /// The box: a line that has an address.
    pub line: LineId,
    /// Who owned it then.
    pub owner: UserId,
    /// What the box is told.
    pub event: BoxCommand,
    /// The text, or the number of a channel; empty where there is none.
    pub message: String,
    /// Whether whoever watches has to confirm it.
    pub needs_confirm: bool,
    /// Whether the box starts anew then.
    pub reboots: bool,
    /// How far it has come.
    pub state: BoxEventState,
    /// When the box got it.
    pub sent_at: Option<Unix>,
    /// When it was confirmed.
    pub confirmed_at: Option<Unix>,
}

impl BoxEvent {
    /// As it is when the box gets it; one that it gets again is as it was.
    pub fn sent(&self, now: Unix) -> BoxEvent {
        let state = if self.needs_confirm { BoxEventState::Sent } else { BoxEventState::Done };
        BoxEvent { state, sent_at: self.sent_at.or(Some(now)), ..self.clone() }
    }

    /// As it is when it is confirmed.
    pub fn confirmed(&self, now: Unix) -> BoxEvent {
        BoxEvent { state: BoxEventState::Done, confirmed_at: self.confirmed_at.or(Some(now)), ..self.clone() }
    }
}
