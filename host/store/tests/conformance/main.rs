//! The conformance suite of the `Store` port: a function per promise over `&dyn Store`, run for SQLite on real files.
//! It uses no SQL.
#![allow(clippy::unwrap_used)]

mod atomicity;
mod catalogue;
mod changes;
mod documents;
mod guards;
mod guide;
mod late;
mod ledger;
mod lists;
mod members;
mod panel;
mod reservations;
mod scopes;
mod sessions;
mod sightings;
mod users;

use panel::Panel;

/// Runs each promise of a concept on a fresh SQLite store.
macro_rules! on_sqlite {
    ($($concept:ident { $($promise:ident),* $(,)? })*) => {$($(
        #[test]
        fn $promise() {
            let folder = tempfile::tempdir().unwrap();
            let opened = host_store::open(&folder.path().join("data"), host_store::Options::default()).unwrap();
            $concept::$promise(&Panel::new(&*opened.store));
        }
    )*)*};
}

on_sqlite! {
    users {
        users_are_counted_by_role_and_below_one_of_them,
    }
    lists {
        lists_count_and_page_and_search_literally,
        a_page_begins_where_it_should_in_counted_lists_and_behind_cursors,
        lines_of_a_delivery_type_are_a_list_of_their_own,
        of_a_row_only_the_chosen_fields_are_read,
        what_moves_in_the_tree_is_seen_from_there,
        what_moves_all_at_once_is_seen_from_there,
        a_search_finds_what_stands_there_now,
        a_search_in_a_large_tree_finds_its_own_rows_alone,
        line_statuses_split_the_lines,
        users_are_listed_by_what_they_are_within_the_scope,
    }
    sightings { the_last_word_counts_and_goes_with_its_thing }
    scopes {
        a_tree_sees_itself_and_what_is_below_and_nothing_beside,
        a_line_sees_itself_and_what_its_bouquets_hold,
        configuration_is_read_by_resellers_and_documents_are_not,
        nothing_is_seen_by_nobody,
        within_needs_every_user_on_the_way_enabled,
    }
    guards {
        a_row_that_changed_is_a_conflict_that_names_it,
        a_name_that_was_taken_is_a_conflict_that_names_it,
        every_unique_value_is_guarded_by_the_store_itself,
        a_missing_row_and_a_branch_and_a_quota_are_guarded,
        trials_are_counted_even_when_the_line_is_gone,
        a_row_is_named_as_the_kinds_declare_by_a_column_a_list_or_a_document,
        a_row_that_another_names_is_not_deleted,
        what_has_a_quota_is_counted_by_what_is_there,
        a_balance_that_is_settled_and_the_levels_of_a_tree_are_guarded,
    }
    members {
        members_are_added_removed_and_moved_where_they_are_told,
        any_number_of_members_fits_between_two_neighbours,
        members_are_paged_and_counted_by_what_they_are,
    }
    changes {
        every_kind_comes_back_as_it_went_in,
        ids_come_in_blocks_that_never_meet,
        set_changes_touch_what_they_say_or_nothing,
        every_write_of_a_line_raises_the_line_generation,
        the_outbox_gives_what_is_due_until_it_is_settled,
        an_effect_for_another_node_waits_for_it_and_holds_none_of_this_one_up,
        a_tenant_is_unfinished_until_it_is_finished_or_gone,
        a_reply_is_kept_under_its_key_once,
        a_clock_that_jumps_forgets_no_reply_and_holds_no_effect_up,
        replies_that_are_old_by_all_means_are_forgotten,
        a_tenant_comes_and_goes_with_its_database,
        imports_find_what_they_made,
        too_many_changes_are_refused,
    }
    ledger {
        credits_move_and_the_sum_stays_zero,
        a_balance_never_falls_below_zero,
        a_transfer_of_nothing_or_to_itself_is_invalid,
        a_transfer_is_taken_back_once_and_at_most_whole,
        a_user_with_credits_cannot_be_deleted,
    }
    late {
        late_values_are_those_of_the_commit,
        tokens_are_replaced_in_the_kept_reply_and_the_audit,
    }
    atomicity {
        a_plan_that_fails_late_leaves_nothing_and_harms_no_other,
        many_plans_at_once_are_each_whole,
    }
    sessions {
        a_session_is_found_by_its_digest_and_listed_by_whose_it_is_and_where,
        a_digest_is_one_sessions_and_no_two_have_it,
        a_session_goes_with_its_user_its_line_and_its_key,
        a_tree_sees_the_sessions_of_its_users_and_lines_and_a_line_its_own,
        sessions_that_last_are_counted_against_a_guard,
        sessions_that_are_over_are_swept_in_pieces,
    }
    documents {
        documents_are_found_by_their_indexes_in_order_and_page_by_page,
        a_documents_key_is_its_own_until_it_changes_or_goes,
        what_refers_to_a_thing_is_found_and_counted_against_a_guard,
        a_collection_gets_another_shape_whole_or_not_at_all,
        documents_of_one_plan_hand_their_keys_to_each_other,
    }
    reservations {
        a_plan_that_names_a_held_row_waits_for_the_release,
        a_reservation_ends_by_itself,
        alone_holds_every_other_plan_back,
        ids_are_taken_whatever_is_held,
    }
    catalogue {
        the_catalogue_has_each_stream_once_in_order,
        a_large_catalogue_keeps_its_order,
        members_are_appended_once_and_go_with_their_stream,
        an_episode_is_carried_by_its_series,
        the_generation_rises_with_what_lists_are_made_of,
    }
    guide {
        a_build_is_seen_only_after_the_switch,
        old_builds_are_pruned_in_pieces,
    }
}
