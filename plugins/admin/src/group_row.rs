//! How this surface shows a group, and what of a request becomes one.
//! Knows no rule: the host checks every field.

use linecard_sdk::Credits;
use linecard_sdk::records::{Group, Term, Trials};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct GroupRow {
    id: u32,
    group_id: u32,
    group_name: String,
    is_admin: u8,
    is_reseller: u8,
    can_delete: u8,
    allowed_pages: Vec<String>,
    subresellers: Vec<u32>,
    packages: Vec<u32>,
    create_sub_resellers: u8,
    create_sub_resellers_price: Credits,
    total_allowed_gen_trials: u32,
    total_allowed_gen_in: &'static str,
    minimum_trial_credits: Credits,
    delete_lines: u8,
    delete_users: u8,
    allow_restrictions: u8,
    allow_change_bouquets: u8,
    allow_change_username: u8,
    allow_change_password: u8,
    minimum_username_length: u32,
    minimum_password_length: u32,
    allow_download: u8,
    can_view_vod: u8,
    reseller_client_connection_logs: u8,
    notice_html: String,
}

impl GroupRow {
    /// A group with the packages that it may sell.
    pub(crate) fn new(group: Group, packages: Vec<u32>) -> GroupRow {
        GroupRow {
            id: group.id,
            group_id: group.id,
            group_name: group.name,
            is_admin: 0,
            is_reseller: 1,
            can_delete: group.deletable.into(),
            allowed_pages: group.allowed_pages,
            subresellers: group.user_groups,
            packages,
            create_sub_resellers: group.create_users.into(),
            create_sub_resellers_price: group.user_price,
            total_allowed_gen_trials: group.trials.as_ref().map_or(0, |trials| trials.count),
            total_allowed_gen_in: span(group.trials.as_ref()),
            minimum_trial_credits: group.trial_balance,
            delete_lines: group.delete_lines.into(),
            delete_users: group.delete_users.into(),
            allow_restrictions: group.restrict_lines.into(),
            allow_change_bouquets: group.change_bouquets.into(),
            allow_change_username: group.change_usernames.into(),
            allow_change_password: group.change_passwords.into(),
            minimum_username_length: group.min_username,
            minimum_password_length: group.min_password,
            allow_download: group.download_playlists.into(),
            can_view_vod: group.see_movies.into(),
            reseller_client_connection_logs: group.see_connections.into(),
            notice_html: group.notice,
        }
    }
}

fn span(trials: Option<&Trials>) -> &'static str {
    match trials {
        Some(trials) if trials.window.unit == "months" => "month",
        _ => "day",
    }
}

/// The trials to set: none when nothing was sent; what was not sent is as `current`.
pub(crate) fn trials(current: Option<Trials>, count: Option<u32>, span: Option<&str>) -> Option<Trials> {
    if count.is_none() && span.is_none() {
        return None;
    }
    let day = || Trials { count: 0, window: Term { count: 1, unit: "days".into() } };
    let mut trials = current.unwrap_or_else(day);
    trials.count = count.unwrap_or(trials.count);
    if let Some(span) = span {
        let unit = if span.starts_with("month") { "months" } else { "days" };
        trials.window = Term { count: 1, unit: unit.into() };
    }
    Some(trials)
}

/// The plain fields of a group's document; `create_group` and `edit_group` have them in structs
/// of their own.
macro_rules! document {
    ($wish:ident, $current:expr) => {{
        let current: Group = $current;
        let span = $wish.total_allowed_gen_in.as_deref();
        Document::new()
            .with("trials", group_row::trials(current.trials, $wish.total_allowed_gen_trials, span))
            .with("deletable", $wish.can_delete)
            .with("allowed_pages", $wish.permissions_selected)
            .with("user_groups", $wish.groups_selected)
            .with("create_users", $wish.create_sub_resellers)
            .with("user_price", $wish.create_sub_resellers_price.as_ref().map(Credits::as_str))
            .with("trial_balance", $wish.minimum_trial_credits.as_ref().map(Credits::as_str))
            .with("delete_lines", $wish.delete_lines)
            .with("delete_users", $wish.delete_users)
            .with("restrict_lines", $wish.allow_restrictions)
            .with("change_bouquets", $wish.allow_change_bouquets)
            .with("change_usernames", $wish.allow_change_username)
            .with("change_passwords", $wish.allow_change_password)
            .with("min_username", $wish.minimum_username_length)
            .with("min_password", $wish.minimum_password_length)
            .with("download_playlists", $wish.allow_download)
            .with("see_movies", $wish.can_view_vod)
            .with("see_connections", $wish.reseller_client_connection_logs)
            .with("notice", $wish.notice_html)
    }};
}
pub(crate) use document;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_keep_what_was_not_sent() {
        let monthly = Trials { count: 5, window: Term { count: 1, unit: "months".into() } };
        let more = trials(Some(monthly.clone()), Some(9), None).unwrap();
        assert_eq!((more.count, span(Some(&more))), (9, "month"));
        let daily = trials(Some(monthly), None, Some("day")).unwrap();
        assert_eq!((daily.count, span(Some(&daily))), (5, "day"));
        assert!(trials(None, None, None).is_none());
    }
}
